#!/bin/sh
# Bars on a real terminal (tmux's): drawn, resized, stopped, interrupted.
set -u
threadlab=${THREADLAB:-./threadlab}
case $threadlab in
/*) ;;
*) threadlab=$PWD/$threadlab ;;
esac
work=${TMPDIR:-/tmp}/bars-$$
count=0
failed=0

if ! command -v tmux >/dev/null; then
    echo '1..0 # SKIP there is no tmux'
    exit 0
fi

screen()
{
    tmux -L "threadlab-$$" -f /dev/null "$@"
}

text()
{
    screen capture-pane -p >"$work/screen" 2>/dev/null
    cat "$work/screen"
}

# What remains of the last screen is shown where a check fails.
check()
{
    count=$((count + 1))
    if [ "$2" = 0 ]; then
        echo "ok $count - $1"
        return
    fi
    echo "not ok $count - $1"
    sed 's/^/# /' "$work/screen"
    failed=1
}

has()
{
    text | grep -qE "$1"
}

has_not()
{
    ! has "$1"
}

# Looks until $2 is true of the screen and $3, for twenty seconds at most.
wait_until()
{
    end=$(($(date +%s) + 20))
    until "$2" "$3"; do
        if [ "$(date +%s)" -gt "$end" ]; then
            check "$1" 1
            return
        fi
    done
    check "$1" 0
}

# The screen will have a line like $2; it will have none.
shows()
{
    wait_until "$1" has "$2"
}

lacks()
{
    wait_until "$1" has_not "$2"
}

begin()
{
    screen send-keys "clear; '$threadlab' get $1; echo \"status \$?\"" Enter
}

# shellcheck disable=SC2317
end()
{
    screen kill-server 2>/dev/null
    [ -z "${origin:-}" ] || kill "$origin" 2>/dev/null
    wait
    rm -rf "$work"
}

mkdir "$work" || exit 1
trap end EXIT
"$threadlab" origin --rate 200K >"$work/url" &
origin=$!
until [ -s "$work/url" ]; do
    kill -0 "$origin" || exit 1
done
url=$(cat "$work/url")
films="$url/films/%E5%B0%8F%E9%BB%84%E4%BA%BA.mp4"
films="$films $url/films/%E5%9C%B0%E5%BF%83%E6%B8%B8%E8%AE%B0.mp4"
slow="--max-segments 1 --dir '$work/files' --on-exists overwrite"

screen -u new-session -d -x 90 -y 20 "env PS1='> ' LC_ALL='${LC_ALL:-C.UTF-8}' sh" ||
    exit 1
begin "$slow $films"
shows 'a bar for a film' '^小黄人\.mp4 .*▕.*▏ +[0-9]+% +[0-9.]+[KM]?B?/24M .*/s'
shows 'a line for all' '^0 of 2 files  .*/s  .*2 connections'
screen resize-window -x 50 -y 12
shows 'a narrow terminal has no bar' '^小黄人\.mp4 +[0-9]+% +[^▕]*/s'
[ "$(text | grep -c '^小黄人')" = 1 ]
check 'and what was drawn before is gone' $?
screen resize-window -x 90 -y 20
shows 'a wide one has them again' '^小黄人\.mp4 .*▕.*▏'
screen send-keys C-z
shows 'it can be stopped' 'Stopped'
screen send-keys 'clear' Enter
lacks 'its bars are out of the way' '^0 of 2 files'
screen send-keys 'fg' Enter
shows 'and goes on' '^0 of 2 files'
screen send-keys C-c
shows 'an interrupt is heard' 'threadlab get: stopping; what is here is kept'
shows 'the end is told' '^0 done, 0 skipped, 0 failed, 2 left'
shows 'and the shell learns it' '^> *$'
has_not '▕'
check 'no bar is left' $?
[ "$(screen display-message -p '#{cursor_flag}')" = 1 ]
check 'the cursor is there' $?
[ "$(find "$work/files" -name '*.part' | wc -l)" = 2 ]
check 'the parts are kept' $?

begin "--dir '$work/more' $url/images/avatar-01.png $url/no-such-file"
shows 'a finished file is a line' '^done .*/avatar-01\.png \('
shows 'a failure is another' '^threadlab get: .*/no-such-file: '
shows 'some failed' '^status 3'

begin "$slow --no-bars --verbose $url/films/%E5%B0%8F%E9%BB%84%E4%BA%BA.mp4"
shows 'without bars there are lines' '^threadlab get: .*: started, 24M'
screen send-keys C-c
shows 'and an interrupt is heard, too' '^status 130'
screen send-keys "export TERM=dumb" Enter
begin "$slow $url/images/avatar-01.png"
shows 'a dumb terminal' '^status 0'
has_not '▕'
check 'has no bars' $?
screen send-keys "export TERM=screen" Enter
begin "--dir '$work/more' $url/images/avatar-02.png | cat"
shows 'a pipe has lines' '^done .*/avatar-02\.png \('
echo "1..$count"
exit "$failed"
