#!/bin/sh
# The house's walls: who may include and link what, and that all of it is built.
set -u
src=${srcdir:-.}
count=0
failed=0

# Passes where nothing was found.
nothing()
{
    count=$((count + 1))
    if [ -z "$2" ]; then
        echo "ok $count - $1"
        return
    fi
    echo "not ok $count - $1"
    printf '%s\n' "$2" | sed 's/^/# /'
    failed=1
}

# The lines of the C files in folder $1 that include a header matching $2.
includes()
{
    find "$src/$1" -name '*.[ch]' -exec \
        grep -nE "^[[:space:]]*#[[:space:]]*include[[:space:]]+[\"<]($2)[\">]" \
        /dev/null {} +
}

faces()
{
    for face in src/cmd tui; do
        [ ! -d "$src/$face" ] || includes "$face" 'base/lock\.h|pthread\.h'
    done
}

rooms()
{
    for room in account fetch origin session threads; do
        for other in account fetch origin session threads engine cmd; do
            [ "$room" = "$other" ] || includes "src/$room" "$other/.*"
        done
    done
}

# What needs no lock, thread or I/O to be tested has none.
pure()
{
    for name in account/book account/chain account/currency account/desk account/entry account/key \
        account/money account/pack account/plan account/request account/rules \
        account/statement account/statement_csv account/statement_ofx \
        account/title \
        fetch/span fetch/disposition fetch/retry_after \
        fetch/content_range fetch/name fetch/template fetch/listline \
        fetch/digest fetch/jsonpath fetch/unescape fetch/match fetch/link \
        fetch/magic fetch/backoff fetch/bucket fetch/governor session/line \
        session/notes session/queue session/record threads/descriptor \
        threads/cfi threads/elf_file threads/graph threads/maps_line threads/number \
        threads/object threads/schedstat threads/share \
        threads/stat_line threads/state threads/strip threads/syscall_line \
        threads/syscalls threads/trail; do
        for file in "src/$name.c" "src/$name.h"; do
            [ ! -f "$src/$file" ] || includes "$file" \
                'base/(lock|thread|notify|log|store)\.h|(pthread|fcntl)\.h'
        done
    done
}

# What needs no screen to be tested has none.
screenless()
{
    for name in action bindings candidates catalog complete editor editor_complete editor_draw editor_keys \
        editor_recall editor_state grapheme history killring news stroke undo \
        words; do
        for file in "tui/$name.c" "tui/$name.h"; do
            [ ! -f "$src/$file" ] || includes "$file" \
                '(n?cursesw?/)?n?curses\.h|.*panel\.h|(pthread|fcntl)\.h|base/(lock|thread|notify|log|store)\.h'
        done
    done
}

# Undefined symbols of the libraries that are curses'.
curses()
{
    for library in libbase libaccount libfetch liborigin libsession libthreads libengine; do
        undefined=$("${NM:-nm}" -u "$library.a") && [ -n "$undefined" ] ||
            echo "$library.a cannot be read"
        printf '%s\n' "$undefined" |
            grep -wE 'stdscr|initscr|newterm|endwin|doupdate|w[a-z_]*refresh|w[a-z]*add[a-z_]*str|(new|update|show|hide)_panels?' |
            sed "s/^/$library.a: /"
    done
}

# A name that two libraries define is one of them to the linker, for both.
twice()
{
    for library in lib*.a; do
        "${NM:-nm}" -g --defined-only "$library" 2>/dev/null |
            awk -v library="$library" 'NF == 3 { print $3, library }' | sort -u
    done | sort | awk '
        $1 == name { print name " is in " other " and in " $2 }
        { name = $1; other = $2 }'
}

unbuilt()
{
    for file in $(cd "$src" && find src tests tui -name '*.[ch]' -type f) \
        $(cd "$src" && find tests -name 'get_*.py'); do
        case $file in
        tests/fuzz_main.c) name=$file ;;
        tests/test_*.c | tests/fuzz_*.c | tests/account_load.c)
            name=${file%.c}
            ;;
        *) name=$file ;;
        esac
        tr -s '[:space:]' '\n' <"$src/Makefile.am" | grep -qxF "$name" ||
            echo "$file is not in Makefile.am"
    done
}

corpora()
{
    for file in "$src"/tests/fuzz_*.c; do
        name=$(basename "$file" .c)
        [ "$name" = fuzz_main ] || [ -d "$src/tests/corpus/${name#fuzz_}" ] ||
            echo "$name has no corpus"
    done
}

nothing 'faces take no lock' "$(faces)"
nothing 'rooms do not know each other' "$(rooms)"
nothing 'the base knows no room' "$(includes src/base '(account|fetch|origin|session|threads|engine|cmd)/.*')"
nothing 'pure files touch no lock, thread or descriptor' "$(pure)"
nothing 'pure files of the workbench know no screen, thread or descriptor' \
    "$(screenless)"
nothing 'no library of the engine links curses' "$(curses)"
nothing 'no name is defined twice' "$(twice)"
nothing 'every source file is built' "$(unbuilt)"
nothing 'every fuzz target has a corpus' "$(corpora)"
echo "1..$count"
exit "$failed"
