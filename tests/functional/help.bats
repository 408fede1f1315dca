# Help, manual pages and the tree of commands, which every test here walks.
# shellcheck disable=SC2154,SC2016
load lib

setup() { enter_fresh_project; }

# all FIELD: of every command, one per line
tree() { mlops help --json | jq -r "$1"; }

@test "help lists every command" {
  answers 0 mlops help
  is "$stderr" ""
  has "$output" "mlops doctor "
  lacks "$output" "__"
  is "$(mlops help --json | jq -r .schema)" mlops.command/1
}

@test "the order of short help" {
  answers 0 mlops completion -h
  assert_golden help-completion.txt
  while read -r line; do ((${#line} <= 80)) || return 1; done <<<"$output"
}

@test "-h and --help need nothing else to be right" {
  answers 0 mlops completion -h
  answers 0 mlops completion --help
  has "$output" "SYNOPSIS"
  answers 2 mlops doctr -h
  answers 0 mlops doctor --version
  has "$output" "mlops "
}

@test "help WORDS is the page of --help" {
  answers 0 mlops help completion
  page=$output
  assert_golden help-completion-page.txt
  answers 0 mlops completion --help
  is "$output" "$page"
}

@test "help on what is not there is exit 4 with near misses" {
  answers 4 mlops help docter
  is "$stderr" $'error: no help on \'docter\': it is not a command of `mlops`\n\nhint: similar: `doctor`'
}

@test "subjects without a command have pages" {
  answers 0 mlops help output
  has "$output" "PORCELAIN"
  answers 0 mlops help output --json
  is "$(jq -c '.items[0] | [.page, .section]' <<<"$output")" '["mlops-output",5]'
}

@test "long help goes through the pager on a terminal only" {
  bold=$'\e[1mNAME'
  on_tty 80 "MLOPS_PAGER='sed s/^/paged:/' mlops help doctor"
  has "$output" "paged:$bold"
  on_tty 80 "MLOPS_PAGER='sed s/^/paged:/' mlops help doctor --no-pager"
  lacks "$output" "paged:"
  on_tty 80 "PAGER='sed s/^/paged:/' mlops help doctor"
  has "$output" "paged:$bold"
  on_tty 80 "MLOPS_PAGER=/nowhere/pager mlops help doctor"
  has "$output" "NAME"
  on_tty 80 "MLOPS_PAGER='sed s/^/paged:/' mlops doctor -h"
  lacks "$output" "paged:"
  MLOPS_PAGER='sed s/^/paged:/' answers 0 mlops help doctor
  lacks "$output" "paged:"
}

@test "every summary and every option's help is lower case without full stop" {
  while IFS= read -r text; do
    [[ -n $text && $text != *. && ! $text =~ ^[A-Z][a-z] ]] || { echo "bad: '$text'" >&2; return 1; }
  done < <(tree '.items[] | .summary, .options[].help')
}

@test "every command that runs has an example that begins with it" {
  is "$(tree '.items[] | select(.group | not) | .command as $c
    | select([.examples[] | select(.command | contains($c))] == []) | .command')" ""
  is "$(tree '.items[].examples[] | select(.doc | test("^[A-Z].*[^.]$") | not) | .doc')" ""
}

@test "every page of a command has prose, and every prose has its command" {
  wanted=$(tree '.items[].command' | tr ' ' - | sort)
  there=$(cd "$source_dir/man" && printf '%s\n' *.md | grep -v '\.[57]\.md$' | sed 's/\.md$//' | grep -vx mlops | sort)
  is "$there" "$wanted"
}

@test "every command answers -h and --help, within 80 columns" {
  while IFS= read -r command; do
    # shellcheck disable=SC2086
    answers 0 $command -h
    has "$output" "Usage: $command"
    has "$output" "Global options"
    # shellcheck disable=SC2086
    answers 0 $command --help
    for section in NAME SYNOPSIS DESCRIPTION "GLOBAL OPTIONS" "EXIT STATUS" ENVIRONMENT "SEE ALSO"; do
      has "$output" $'\n'"$section"$'\n' || [[ $output == "$section"$'\n'* ]]
    done
  done < <(tree '.items[].command')
}

@test "no two commands are called alike" {
  is "$(tree '.items[].command' | sort | uniq -d)" ""
}

@test "man(1) reads every page without a warning" {
  command -v man || skip "no man"
  while IFS= read -r words; do
    # shellcheck disable=SC2086
    mlops __man ${words#mlops} >page.1
    run --separate-stderr env MANWIDTH=80 man --warnings -l page.1
    is "$status:$stderr" "0:"
    has "$output" "EXIT STATUS"
  done < <(tree '.items[].command'; echo mlops)
  mlops __man output >page.5
  run --separate-stderr man --warnings -l page.5
  is "$status:$stderr" "0:"
  has "$output" 'are written \t, \n, \r and \\.'
}

@test "a page in man(1)" {
  command -v man || skip "no man"
  mlops __man completion >page.1
  assert_golden help-completion.man "$(MANWIDTH=80 man -l page.1 | col -bx | sed -E '$s/[0-9]{4}-[0-9]{2}-[0-9]{2}/  DATE    /')"
}

@test "EXIT STATUS is made from one table" {
  answers 0 mlops help mlops
  for code in 0 1 2 3 4 5 6 70 75 130 143; do has "$output" $'\n    '"$code"$'\n'; done
  answers 0 mlops help doctor
  lacks "$output" $'\n    4\n'
  answers 0 mlops help help
  has "$output" $'    4\n        there is no such command or subject'
}

@test "installation puts binary, pages and completions in their places" {
  DESTDIR='' cmake --install "$build_dir" --prefix "$PWD/root" >/dev/null
  for file in bin/mlops share/man/man1/mlops.1 share/man/man1/mlops-doctor.1 share/man/man5/mlops-output.5 \
    share/bash-completion/completions/mlops share/zsh/site-functions/_mlops \
    share/fish/vendor_completions.d/mlops.fish; do
    [[ -s root/$file ]] || { echo "no $file" >&2; return 1; }
  done
  answers 0 root/bin/mlops --version
}
