#!/bin/sh
# The manual against the program: what one knows the other explains.
set -u
threadlab=${THREADLAB:-./threadlab}
page=${srcdir:-.}/man/threadlab.1
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

for command in demo origin; do
    "$threadlab" "$command" --help |
        sed -nE 's/^      --([a-z0-9-]*).*/\1/p' >>"$work/help-others"
done
sed -n '/^\.Sh DEMO AND ORIGIN/,/^\.Sh JSON/s/^\.It Fl -\([a-z-]*\).*/\1/p' \
    "$page" >"$work/man-others"
same 'and the same options for demo and origin' \
    "$work/help-others" "$work/man-others"

# The words an option can have.
grep -oE -- '--[a-z-]+ [a-z0-9.]+(\|[a-z0-9.]+)+' "$work/help" | sort \
    >"$work/help-words"
sed -n 's/^\.It Fl -\([a-z-]*\) Cm \(.*|.*\)/--\1 \2/p' "$page" |
    sed 's/ | /|/g' | sort >"$work/man-words"
same 'and the same words for them' "$work/help-words" "$work/man-words"
echo "1..$count"
exit "$failed"
