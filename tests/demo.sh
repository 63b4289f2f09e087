#!/bin/sh
# threadlab demo and threadlab origin, as a program without a terminal sees them.
set -u
count=0
failed=0
scratch=$(mktemp -d) || exit 99
trap 'rm -rf "$scratch"' EXIT
TMPDIR=$scratch/tmp
export TMPDIR
mkdir "$TMPDIR"

# Passes if the last command did: check "what" condition...
check()
{
    what=$1
    shift
    count=$((count + 1))
    if "$@"; then
        echo "ok $count - $what"
        return
    fi
    echo "not ok $count - $what"
    failed=1
}

says()
{
    grep -qE "$1" "$scratch/out"
}

empty()
{
    [ -z "$(ls -A "$1")" ]
}

show()
{
    sed 's/^/# /' "$scratch/out" "$scratch/err"
}

demo()
{
    "$THREADLAB" demo "$@" >"$scratch/out" 2>"$scratch/err" </dev/null
    status=$?
}

demo
show
check 'the demo ends with 0' [ "$status" -eq 0 ]
check 'nothing on the standard error' [ ! -s "$scratch/err" ]
check 'no control characters' [ -z "$(tr -d '[:print:]\n\200-\377' <"$scratch/out")" ]
check 'it tells what the feed had' says '^feed +48 links found, 4 of them repeats$'
check 'all pictures' says '^pictures +44 files, '
check 'one film' says '^film +小黄人\.mp4, 24M in [0-9.]+ s$'
check 'the other film' says '^film +地心游记\.mp4, 32M in [0-9.]+ s$'
check 'all is verified' says '^verified +46 of 46 files .* 0 do not$'
check 'the time' says '^time +[0-9.]+ s for all of it together$'
check 'the time one after the other' says '^ +[0-9.]+ s if each file had waited'
check 'the threads of the download room' says '^ +fetch-1 +[0-9.]+ s  .'
check 'the thread of the origin' says '^ +origin-pace +[0-9.]+ s  .'
check 'the temporary folder is gone' empty "$TMPDIR"

# Together is faster than over one connection: that is what it is about.
faster()
{
    awk '/^time /{all = $2} /over one connection/{one = $1}
        END {exit !(all > 0 && one > 1.5 * all)}' "$scratch/out"
}
check 'side by side is faster' faster

# What it leaves is right in the eyes of sha256sum(1).
sums()
{
    (cd "$1" && sha256sum --check --strict --quiet SHA256SUMS) >&2
}
demo --dir "$scratch/new/dir"
check 'with --dir it ends with 0' [ "$status" -eq 0 ]
check 'every file matches SHA256SUMS' sums "$scratch/new/dir"
check 'nothing else is there' [ "$(find "$scratch/new/dir" -type f | wc -l)" -eq 47 ]
demo --dir "$scratch/new/dir"
check 'a folder with something in it is refused' [ "$status" -eq 1 ]
check 'with a sentence' grep -q 'is not empty' "$scratch/err"
check 'and left alone' sums "$scratch/new/dir"
rm -rf "$scratch/new"

demo --keep
kept=$(sed -n 's/^files  *\(.*\) has them$/\1/p' "$scratch/out")
check 'with --keep it says where the files are' [ -d "$kept" ]
check 'and they are right' sums "${kept:-/}"
rm -rf "$kept"

# Interrupted, it leaves nothing.
"$THREADLAB" demo >"$scratch/out" 2>"$scratch/err" </dev/null &
pid=$!
while kill -0 "$pid" 2>/dev/null &&
    [ -z "$(find "$TMPDIR" -name '*.part' 2>/dev/null)" ]; do :; done
kill -TERM "$pid"
wait "$pid"
status=$?
check 'interrupted it ends with 130' [ "$status" -eq 130 ]
check 'and leaves nothing' empty "$TMPDIR"

demo --sideways
check 'an unknown option is wrong usage' [ "$status" -eq 2 ]
check 'and is named' grep -q 'there is no option --sideways' "$scratch/err"
demo again
check 'an argument is, too' [ "$status" -eq 2 ]
demo --dir
check 'and an option without its argument' [ "$status" -eq 2 ]
demo --help
check 'help is no failure' [ "$status" -eq 0 ]
check 'and shows the options' says '^ +--dir DIR '

# The origin by itself: fed by a FIFO, so that it ends when that is closed.
mkfifo "$scratch/fifo"
"$THREADLAB" origin --until-eof --threads 1 --rate 50M <"$scratch/fifo" \
    >"$scratch/url" 2>"$scratch/err" &
pid=$!
exec 3>"$scratch/fifo"
while kill -0 "$pid" 2>/dev/null && [ ! -s "$scratch/url" ]; do :; done
url=$(cat "$scratch/url")
check 'the origin tells its address on one line' \
    grep -qxE 'http://127\.0\.0\.1:[0-9]+' "$scratch/url"
"$THREADLAB" get --quiet --dir "$scratch/got" "$url/files/100K.bin"
check 'and serves' [ "$(wc -c <"$scratch/got/100K.bin")" -eq 102400 ]
"$THREADLAB" origin --port "${url##*:}" >"$scratch/out" 2>"$scratch/err"
status=$?
check 'a port that is taken is refused' [ "$status" -eq 1 ]
check 'with a sentence' grep -q "port ${url##*:} is in use" "$scratch/err"
exec 3>&-
wait "$pid"
status=$?
check 'it ends with 0 when its input does' [ "$status" -eq 0 ]

rm "$scratch/url"
"$THREADLAB" origin >"$scratch/url" </dev/null &
pid=$!
while kill -0 "$pid" 2>/dev/null && [ ! -s "$scratch/url" ]; do :; done
kill -TERM "$pid"
wait "$pid"
status=$?
check 'it ends with 0 on SIGTERM' [ "$status" -eq 0 ]
"$THREADLAB" origin --port 70000 >"$scratch/out" 2>"$scratch/err"
status=$?
check 'a port that is none is wrong usage' [ "$status" -eq 2 ]

echo "1..$count"
exit "$failed"
