# Settings: who says what, who wins, and the file that `config set` writes.
# shellcheck disable=SC2154,SC2016
load lib

setup() {
  enter_fresh_project
  user=$XDG_CONFIG_HOME/mlops/config.yaml
}

# origin KEY: "value<TAB>who said it"
origin() { mlops config list --porcelain | awk -F'\t' -v key="$1" '$1 == key { print $2 "\t" $3 }'; }

@test "flag, variable, project, user, default: the first that speaks wins" {
  is "$(origin threads)" $'auto\tdefault'
  mlops config set threads 2 >/dev/null
  is "$(origin threads)" $'2\t'"$user:1"
  printf 'mlops: 1\nsettings:\n  threads: 3\n  progress: false\n' >mlops.yaml
  is "$(origin threads)" $'3\tmlops.yaml:3'
  mkdir -p deep/er
  is "$(cd deep/er && origin threads)" $'3\tmlops.yaml:3'
  is "$(MLOPS_THREADS=4 origin threads)" $'4\tenvironment MLOPS_THREADS'
  is "$(origin progress)" $'false\tmlops.yaml:4'
  is "$(mlops config list --no-progress --json | jq -r '.items[] | select(.key == "progress").origin')" "flag --no-progress"
  is "$(mlops config list --no-pager --json | jq -r '.items[] | select(.key == "pager") | .value, .origin')" $'\nflag --no-pager'
}

@test "config list shows key and value, and with --origin who said it" {
  answers 0 mlops config list
  is "$(sed -E 's/ +/ /g' <<<"$output")" $'threads auto\nmemory auto\nprogress true\npager less -FRX'
  answers 0 mlops config list --origin
  is "$(sed -E 's/ {2,}/|/g' <<<"$output")" \
    $'threads|auto|default\nmemory|auto|default\nprogress|true|default\npager|less -FRX|default'
}

@test "config get prints the bare value" {
  answers 0 mlops config get threads
  is "$output" auto
  answers 4 mlops config get thread
  is "$stderr" $'error: no setting \'thread\'\n\nhint: a similar setting exists: `threads`'
  answers 4 mlops config get colour
  is "$stderr" $'error: no setting \'colour\'\n\nhint: the settings are `threads`, `memory`, `progress` or `pager`'
  answers 4 mlops config set thread 4
  [[ ! -e $user ]]
}

@test "config set writes one line and keeps the rest" {
  mkdir -p "${user%/*}"
  printf '# mine\nmemory: 1GB   # enough\n\npager: most\n' >"$user"
  answers 0 mlops config set memory 2GB
  is "$output" "memory set in $user: '2GB'"
  mlops config set threads 4 >/dev/null
  is "$(cat "$user")" $'# mine\nmemory: 2GB   # enough\n\npager: most\nthreads: 4'
  answers 0 mlops config set threads 4 --json
  is "$(jq -c '.items[0] | [.key, .value, .before, .state]' <<<"$output")" '["threads","4","4","unchanged"]'
}

@test "config set -n writes nothing" {
  answers 0 mlops config set threads 4 -n
  is "$output" "threads would be set in $user: '4'"
  [[ ! -e ${user%/*} ]]
}

@test "config set goes through a link, as dotfiles have it" {
  mkdir -p "${user%/*}" dotfiles
  echo 'threads: 1' >dotfiles/mlops.yaml
  ln -s "$PWD/dotfiles/mlops.yaml" "$user"
  answers 0 mlops config set threads 4
  [[ -L $user ]]
  is "$(cat dotfiles/mlops.yaml)" "threads: 4"
}

@test "config set refuses a value that is none, and mends one that was" {
  answers 2 mlops config set threads many
  is "$stderr" "error: 'threads' cannot be 'many', a number from 1 to 1024, or \`auto\` is wanted"
  mkdir -p "${user%/*}"
  echo 'threads: many' >"$user"
  answers 2 mlops config list
  is "$stderr" "error: $user:1:10: 'threads' is 'many', a number from 1 to 1024, or \`auto\` is wanted"$'\n  threads: many\n           ^'
  answers 0 mlops config set threads 4
  answers 0 mlops config list
}

@test "config set says who speaks before the file" {
  MLOPS_THREADS=8 answers 0 mlops config set threads 4
  is "$stderr" "warning: 'threads' stays '8' here: environment MLOPS_THREADS says so"
}

@test "without HOME and XDG_CONFIG_HOME there is no place to write" {
  answers 2 env -u HOME -u XDG_CONFIG_HOME mlops config set threads 4
  has "$stderr" "error: there is no place for settings: neither XDG_CONFIG_HOME nor HOME is set"
  answers 0 env -u HOME -u XDG_CONFIG_HOME mlops config list
}

@test "what runs a program cannot be set by a project" {
  printf 'mlops: 1\nsettings:\n  pager: touch stolen\n' >mlops.yaml
  answers 2 mlops config list
  is "$stderr" $'error: mlops.yaml:3:3: a project may not set \'pager\': it runs a program\n    pager: touch stolen\n    ^\n\nhint: the user may, in config.yaml (`mlops config set pager VALUE`) or with MLOPS_PAGER'
  on_tty 80 "PAGER='sed s/^/paged:/' mlops help doctor"
  has "$output" "paged:"
  [[ ! -e stolen ]]
}

@test "all faults of a project's file in one run, its settings among them" {
  printf 'mlops: 1\nsettings:\n  thread: 4\nsources:\n  a: {form: b}\n' >mlops.yaml
  answers 2 mlops ingest a
  has "$stderr" "error: 3 faults in 'mlops.yaml'"
  all=$stderr
  answers 2 mlops config list
  is "$stderr" "$all"
  has "$stderr" $'mlops.yaml:3:3: unknown setting \'thread\'\n    thread: 4\n    ^\n  hint: a similar setting exists: `threads`'
}

@test "a fault in a source leaves settings readable, and a fault in settings leaves help and doctor" {
  printf 'mlops: 1\nsettings: {threads: 3}\nsources: {a: {form: b}}\n' >mlops.yaml
  is "$(origin threads)" $'3\tmlops.yaml:2'
  printf 'mlops: 1\nsettings: {threads: no}\n' >mlops.yaml
  answers 0 mlops help
  answers 0 mlops config set -n threads 4
  answers 0 mlops doctor
  has "$output" "fault: mlops.yaml:2:21: 'threads' is 'no', a number"
}

@test "a project's settings reach those who obey them" {
  printf 'mlops: 1\nsettings: {memory: 100kB}\n' >mlops.yaml
  printf 'a\n1\n' >a.csv
  answers 0 mlops config get memory
  is "$output" 100kB
  MLOPS_MEMORY=4GB answers 0 mlops config get memory
  is "$output" 4GB
}

@test "the page names every setting, its variable and its default" {
  mlops help config >page
  while IFS=$'\t' read -r key environment default; do
    for word in "$key" "$environment" "$default"; do
      grep -qF -- "$word" page || { echo "not on mlops-config(1): $word" >&2; return 1; }
    done
  done < <(mlops config list --json | jq -r '.items[] | [.key, .environment, .default] | @tsv')
}

@test "keys are offered" {
  is "$(mlops __complete -- config get '' | cut -f1 | paste -sd' ')" "memory pager progress threads"
  is "$(mlops __complete -- config set thr | cut -f1)" threads
}

@test "pages, keys and columns of settings" {
  is "$(mlops config list --json | jq -c '.items[0] | keys_unsorted')" \
    '["key","value","origin","type","environment","flag","default","sources","doc"]'
  is "$(mlops config list --json | jq -r '.items[] | select(.key == "pager").sources | join(" ")')" "flag environment user default"
}
