#!/bin/sh
# The manual against the program: what one knows the other explains.
set -u
threadlab=${THREADLAB:-./threadlab}
page=${srcdir:-.}/man/threadlab.1
conf=${srcdir:-.}/man/threadlab.conf.5
work=${TMPDIR:-/tmp}/man-$$
count=0
failed=0

# Passes where the two files are alike.
same()
{
    count=$((count + 1))
    if differs=$(diff "$2" "$3"); then
        echo "ok $count - $1"
        return
    fi
    echo "not ok $count - $1"
    printf '%s\n' "$differs" | sed 's/^/# /'
    failed=1
}

mkdir "$work" || exit 1
trap 'rm -rf "$work"' EXIT

# Option names at the start of the help's lines, and in the manual's items.
"$threadlab" get --help >"$work/help" || exit 1
sed -nE 's/^  (-., |    )--([a-z0-9-]*).*/\2/p' "$work/help" |
    sort >"$work/help-options"
sed -n '/^\.Sh DOWNLOADING/,/^\.Ss What is verified/p' "$page" |
    grep '^\.It Fl ' | grep -oE ' -[a-z0-9-]{2,}' | sed 's/^ -//' |
    sort >"$work/man-options"
count=$((count + 1))
if [ "$(wc -l <"$work/help-options")" -gt 50 ]; then
    echo "ok $count - the help has options"
else
    echo "not ok $count - the help has options"
    failed=1
fi
same 'help and manual have the same options' \
    "$work/help-options" "$work/man-options"

sed -n 's/^  -\(.\), --\([a-z0-9-]*\).*/\1 \2/p' "$work/help" |
    sort >"$work/help-letters"
grep '^\.It Fl ' "$page" | grep -oE 'Fl . , -[a-z0-9-]+' |
    sed 's/^Fl \(.\) , -/\1 /' | sort >"$work/man-letters"
same 'and the same letters for them' "$work/help-letters" "$work/man-letters"

"$threadlab" help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' | sort \
    >"$work/help-commands"
sed -n '/^\.Sh DESCRIPTION/,/^\.Sh DOWNLOADING/s/^\.It Cm //p' "$page" | sort \
    >"$work/man-commands"
same 'and the same commands' "$work/help-commands" "$work/man-commands"

for command in demo origin doctor; do
    "$threadlab" "$command" --help |
        sed -nE 's/^      --([a-z0-9-]*).*/\1/p' >>"$work/help-others"
done
sed -n '/^\.Sh DEMO, ORIGIN AND DOCTOR/,/^\.Sh LOOKING/s/^\.It Fl -\([a-z-]*\).*/\1/p' \
    "$page" >"$work/man-others"
same 'and the same options for demo, origin and doctor' \
    "$work/help-others" "$work/man-others"

"$threadlab" account --help |
    sed -nE 's/^      --([a-z0-9-]*).*/\1/p' >"$work/help-account"
sed -n '/^\.Sh ACCOUNT/,/^\.Sh DEMO, ORIGIN/s/^\.It Fl -\([a-z-]*\).*/\1/p' \
    "$page" >"$work/man-account"
same 'and the same options for account' \
    "$work/help-account" "$work/man-account"
"$threadlab" account --help | sed -n 's/^  \([a-z][a-z]*\) .*/\1/p' \
    >"$work/help-verbs"
sed -n '/^\.Sh ACCOUNT/,/^\.Sh DEMO, ORIGIN/s/^\.It Cm \([a-z]*\).*/\1/p' \
    "$page" >"$work/man-verbs"
same 'and the same verbs' "$work/help-verbs" "$work/man-verbs"
"$threadlab" attach --help | sed -nE 's/^      --([a-z0-9-]*).*/\1/p' | sort \
    >"$work/help-attach"
sed -n '/^\.Sh LOOKING/,/^\.Sh JSON/s/^\.It Fl -\([a-z-]*\).*/\1/p' "$page" |
    sort >"$work/man-attach"
same 'and for attach' "$work/help-attach" "$work/man-attach"

# The words an option can have.
"$threadlab" help workbench >"$work/help-workbench"
"$threadlab" account --help >>"$work/help" || exit 1
grep -hoE -- '--[a-z-]+ [a-z0-9.-]+(\|[a-z0-9.-]+)+' "$work/help" \
    "$work/help-workbench" | sort >"$work/help-words"
sed -n 's/^\.It Fl -\([a-z-]*\) Cm \(.*|.*\)/--\1 \2/p' "$page" |
    sed 's/ | /|/g' | sort >"$work/man-words"
same 'and the same words for them' "$work/help-words" "$work/man-words"

# The workbench: its options, commands with arguments and keys, and settings.
sed -nE 's/^      --([a-z0-9-]*).*/\1/p' "$work/help-workbench" \
    >"$work/help-bench"
sed -n '/^\.Sh WORKBENCH/,/^\.Ss/s/^\.It Fl -\([a-z-]*\).*/\1/p' "$page" \
    >"$work/man-bench"
same 'and the same options for the workbench' \
    "$work/help-bench" "$work/man-bench"

"$threadlab" help keys | sed -nE '/^  /{
        s/^  ([^ ]+( [^ ]+)*)  +\(none\)  .*/\1/p
        s/^  ([^ ]+( [^ ]+)*)  +([^ ]+( [^ ]+)*)  .*/\1 (\3)/p
    }' >"$work/help-keys"
sed -n '/^\.Ss Commands and keys/,/^\.Ss Without/s/^\.It Cm //p' "$page" |
    sed -E 's/(^| )(Cm|Ar|Li) /\1/g; s/Oo /[/g; s/ Oc/]/g; s/\\&//g
        s/Pq (Li )?(.*)/(\2)/' >"$work/man-keys"
same 'and the same commands and keys, in the same order' \
    "$work/help-keys" "$work/man-keys"
count=$((count + 1))
if [ "$(wc -l <"$work/help-keys")" -gt 50 ]; then
    echo "ok $count - there are commands"
else
    echo "not ok $count - there are commands"
    failed=1
fi

"$threadlab" help settings | sed -nE 's/^  ([a-z]+ [^ ]+)  .*/\1/p' \
    >"$work/help-settings"
sed -n '/^\.Ss Settings/,/^\.Ss Names/s/^\.It Ic \([a-z]*\) Cm /\1 /p' "$conf" |
    sed 's/ | /|/g' >"$work/man-settings"
same 'and the same settings with their values' \
    "$work/help-settings" "$work/man-settings"
echo "1..$count"
exit "$failed"
