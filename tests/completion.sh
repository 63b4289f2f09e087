#!/bin/sh
# What shells complete: bash asked for real, the others by what is in their
# scripts.
set -u
threadlab=${THREADLAB:-./threadlab}
work=${TMPDIR:-/tmp}/completion-$$
count=0
failed=0

# Passes where $2 and $3 are the same text.
same()
{
    count=$((count + 1))
    if [ "$2" = "$3" ]; then
        echo "ok $count - $1"
        return
    fi
    echo "not ok $count - $1"
    printf 'got: %s\nwanted: %s\n' "$2" "$3" | sed 's/^/# /'
    failed=1
}

# What bash offers for the last of the words.
offers()
{
    # shellcheck disable=SC2016 # bash is to expand it
    (cd "$work" && bash -c 'source ./bash; COMP_WORDS=("$@")
        COMP_CWORD=$(($# - 1)); _threadlab
        printf "%s\n" "${COMPREPLY[@]}"' bash "$@" 2>"$work/err" | sort |
        tr '\n' ' ')
}

mkdir "$work" || exit 1
trap 'rm -rf "$work"' EXIT
for shell in bash zsh fish; do
    "$threadlab" help completion "$shell" >"$work/$shell" || exit 1
done

if command -v bash >/dev/null; then
    mkdir "$work/a folder"
    : >"$work/a file"
    same 'a command' "$(offers threadlab ge)" 'get '
    same 'all commands' "$(offers threadlab '')" \
        'account attach demo doctor get help origin '
    same 'options' "$(offers threadlab get --li)" \
        '--limit-rate --limit-rate-file --limit-rate-host --list-only '
    same 'options of the workbench' "$(offers threadlab --pl)" '--plain '
    same 'and behind one' "$(offers threadlab --plain --the)" '--theme '
    same 'and those of get' "$(offers threadlab --limit-rate-f)" \
        '--limit-rate-file '
    same 'words of an option' "$(offers threadlab get --on-exists re)" \
        'rename resume '
    same 'the same behind =' "$(offers threadlab get --on-exists = re)" \
        'rename resume '
    same 'and with nothing there' \
        "$(offers threadlab get --on-exists =)" \
        'fail overwrite rename resume skip '
    same 'a folder with a blank' "$(offers threadlab get -d 'a f')" 'a folder '
    same 'a file' "$(offers threadlab get --input-file 'a fi')" 'a file '
    same 'nothing for a number' "$(offers threadlab get --jobs '')" ' '
    same 'topics' "$(offers threadlab help k)" 'keys '
    same 'nothing behind origin' "$(offers threadlab origin '')" ' '
else
    count=$((count + 1))
    echo "ok $count - bash # SKIP there is no bash"
fi

"$threadlab" get --help | sed -nE 's/^  (-., |    )--([a-z0-9-]*).*/\2/p' |
    sort >"$work/options"
for shell in bash zsh fish; do
    missing=
    while read -r option; do
        grep -qE -- "(--|-l )$option([^a-z0-9-]|\$)" "$work/$shell" ||
            missing="$missing $option"
    done <"$work/options"
    same "$shell has every option of get" "$missing" ''
done
for shell in zsh fish; do
    command -v "$shell" >/dev/null || continue
    "$shell" -n "$work/$shell"
    same "$shell can read its script" $? 0
done
"$threadlab" help completion csh 2>"$work/err"
same 'another shell is refused' "$?" 2
echo "1..$count"
exit "$failed"
