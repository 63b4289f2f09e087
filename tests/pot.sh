#!/bin/sh
# What a translator gets: every sentence of the workbench's tables is in it.
set -u
threadlab=${THREADLAB:-./threadlab}
src=${srcdir:-.}
work=${TMPDIR:-/tmp}/pot-$$
failed=0

check()
{
    if [ -z "$3" ]; then
        echo "ok $1 - $2"
        return
    fi
    echo "not ok $1 - $2"
    printf '%s\n' "$3" | sed 's/^/# /'
    failed=1
}

if ! command -v "${XGETTEXT:-xgettext}" >/dev/null; then
    echo "1..0 # SKIP there is no xgettext"
    exit 0
fi
mkdir "$work" || exit 1
trap 'rm -rf "$work"' EXIT
(cd "$src" && find src tui -name '*.c' | LC_ALL=C sort |
    "${XGETTEXT:-xgettext}" --keyword=_ --keyword=N_ --keyword=ngettext:1,2 \
        --from-code=UTF-8 --no-wrap --files-from=- -o - >"$work/pot") \
    2>"$work/err"
check 1 'xgettext has no complaint' "$(cat "$work/err")"
sed -n 's/^msgid "\(.*\)"$/\1/p' "$work/pot" | sed 's/\\"/"/g' |
    LC_ALL=C sort -u >"$work/ids"

# The last column of the tables, and the names of panes.
{
    "$threadlab" help keys | sed -n 's/^  .*   *\([^ ].*\)/\1/p'
    "$threadlab" help keys | grep -v '^ '
    "$threadlab" help settings | sed -n 's/^  .*   *\([^ ].*\)/\1/p'
} | LC_ALL=C sort -u >"$work/words"
check 2 'the tables are there' \
    "$([ "$(wc -l <"$work/words")" -gt 60 ] || wc -l "$work/words")"
check 3 'all words of the tables are for the translator' \
    "$(LC_ALL=C comm -23 "$work/words" "$work/ids")"
check 4 'no empty words: they would be the catalogue itself' \
    "$(grep -nE '(\b_|N_)\(""\)' "$src"/tui/*.c "$src"/src/*/*.c)"
echo "1..4"
exit "$failed"
