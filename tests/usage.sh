#!/bin/sh
# What is said, and the exit status, before anything is fetched.
set -u
threadlab=${THREADLAB:-./threadlab}
work=${TMPDIR:-/tmp}/usage-$$
count=0
failed=0

mkdir "$work" || exit 1
trap 'rm -rf "$work"' EXIT

check()
{
    count=$((count + 1))
    if [ "$2" = 0 ]; then
        echo "ok $count - $1"
        return
    fi
    echo "not ok $count - $1"
    sed 's/^/# out: /' "$work/out"
    sed 's/^/# err: /' "$work/err"
    failed=1
}

# run STATUS ARGUMENT...: out and err are in files.
run()
{
    want=$1
    shift
    "$threadlab" "$@" >"$work/out" 2>"$work/err" </dev/null
    got=$?
    [ "$got" = "$want" ] || echo "# status $got, not $want" >>"$work/err"
    [ "$got" = "$want" ]
}

# Fails with 2 and this sentence alone.
refuses()
{
    sentence=$1
    shift
    run 2 "$@" && [ ! -s "$work/out" ] &&
        [ "$(cat "$work/err")" = "$sentence" ]
    check "$sentence" $?
}

refuses 'threadlab: the workbench needs a terminal: use --plain, or a command such as threadlab get'
run 0 help && [ ! -s "$work/err" ] && grep -q '^  get ' "$work/out"
check 'help: the same on the standard output' $?
run 0 --help && grep -q '^  get ' "$work/out"
check '--help: the same' $?
run 0 --version && head -n 1 "$work/out" | grep -qE '^threadlab [0-9]' &&
    grep -q 'libcurl/' "$work/out"
check '--version: this program and its libraries' $?
run 0 help get && cp "$work/out" "$work/help" && run 0 get --help &&
    cmp -s "$work/help" "$work/out"
check 'help get is get --help' $?
for command in attach account demo origin doctor; do
    run 0 help "$command" && grep -q "^usage: threadlab $command" "$work/out"
    check "help $command" $?
done
if [ -w /dev/full ]; then
    for words in --version help 'get --help'; do
        # shellcheck disable=SC2086
        "$threadlab" $words >/dev/full 2>"$work/err"
        [ $? = 1 ]
        check "$words to a full disk fails" $?
    done
fi

run 0 doctor && grep -q '^  TERM ' "$work/out" &&
    grep -qE '^  libcurl +[0-9]' "$work/out" && [ ! -s "$work/err" ]
check 'doctor: without a terminal, too' $?
run 0 doctor --json &&
    grep -q '^{"threadlab":".*"terminal":{.*"limits":{.*}}$' "$work/out" &&
    [ "$(wc -l <"$work/out")" = 1 ]
check 'doctor --json: one object' $?
refuses 'threadlab doctor: there is no option --jsn; "threadlab help doctor" lists them' \
    doctor --jsn
refuses 'threadlab: "gte" is not a command; did you mean "get"?' gte
refuses 'threadlab: the workbench needs a terminal: use --plain, or a command such as threadlab get' \
    http://x/
refuses 'threadlab: "example.org/x" is not a command; "threadlab help" lists them' \
    example.org/x
refuses 'threadlab: "frobnicate" is not a command; "threadlab help" lists them' \
    help frobnicate
refuses 'threadlab: there is no option --sideways; "threadlab help workbench" lists them' \
    --sideways
refuses 'threadlab get: which URL? "threadlab help get" tells more' get
refuses 'threadlab attach: which process? "threadlab help attach" tells more' \
    attach --once
refuses 'threadlab attach: "ssh" is not a process id; "pidof PROGRAM" tells one' \
    attach ssh
refuses 'threadlab attach: "2" is one word too many: one process at a time' \
    attach 1 2
refuses 'threadlab attach: --interval: 1ms is too short: at least 10 ms' \
    attach 1 --interval 1ms
refuses 'threadlab attach: --once does not wait: leave out --wait-for-deadlock' \
    attach 1 --once --wait-for-deadlock
refuses 'threadlab get: --limit-rate: "12q" is not a size; write for example 500K or 2M' \
    get --limit-rate 12q http://127.0.0.1/
refuses 'threadlab get: --user: there is no terminal to ask for the password; use --password-file or --netrc' \
    get --user me http://127.0.0.1/
refuses 'threadlab get: --on-complete: the single quote is not closed' \
    get --on-complete "mv 'a" http://127.0.0.1/
printf '\n' >"$work/empty"
refuses "threadlab get: $work/empty is empty" \
    get --user me --password-file "$work/empty" http://127.0.0.1/

run 1 get --bearer-file "$work/none" http://127.0.0.1/ &&
    grep -q "^threadlab get: $work/none cannot be opened: " "$work/err"
check 'a token that cannot be read' $?
run 2 get --match x "$work/none" &&
    grep -q 'neither a file nor a URL' "$work/err"
check 'a page that is neither a file nor a URL' $?
run 2 get --match '(' "$work/empty" && [ -s "$work/err" ]
check 'an expression that cannot be compiled' $?
run 1 get --match x "$work/empty" && grep -q 'matches' "$work/err"
check 'a page without a match' $?
printf 'href="http://127.0.0.1/a"\n' >"$work/page"
run 0 get --match 'href="(.+?)"' --list-only "$work/page" &&
    [ "$(cat "$work/out")" = http://127.0.0.1/a ]
check 'the links of a local page' $?
run 0 get --input-file "$work/empty" --quiet &&
    [ ! -s "$work/out" ] && [ ! -s "$work/err" ]
check 'an empty list is done at once' $?
printf '%s\033]0;x\007\n' 'not a url' >"$work/list"
run 1 get --input-file "$work/list" && [ -s "$work/err" ] &&
    ! grep -q "$(printf '\033')" "$work/err"
check 'a bad line is told without its control characters' $?
run 0 get --json --input-file "$work/empty" &&
    head -n 1 "$work/out" | grep -q '"event":"begin".*"schema":1' &&
    tail -n 1 "$work/out" | grep -q '"event":"end".*"status":0'
check 'JSON begins and ends' $?
echo "1..$count"
exit "$failed"
