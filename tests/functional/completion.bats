# shellcheck disable=SC2154,SC2016,SC2088
load lib
load seed
load models

setup() { enter_fresh_project; }

# offers WORD...: the words offered for the last one, in one line
offers() { mlops __complete -- "$@" | cut -f1 | paste -sd' '; }

@test "commands are offered with what they do" {
  answers 0 mlops __complete -- doc
  is "$output" $'doctor\treport on the installation, the settings and the project'
  lacks "$(offers "")" "__complete"
  has "$(offers "")" "completion"
}

@test "flags of the command and the global ones are offered" {
  is "$(offers doctor --js)" "--json"
  is "$(offers doctor --no-p)" "--no-pager --no-progress"
  is "$(offers doctor -- --js)" ""
}

@test "values are offered where a value stands" {
  is "$(offers completion '')" "bash fish zsh"
  is "$(offers doctor --color '')" "always auto never"
  is "$(offers doctor --color=a)" "--color=always --color=auto"
  is "$(offers completion bash '')" ""
  is "$(offers help "do")" "doctor"
}

@test "files and folders are offered, hidden ones when asked for" {
  mkdir -p data/.cache data/raw
  touch data/rides.csv "data/a b.csv" file
  is "$(offers -C '')" "data/"
  is "$(offers -C data/)" "data/raw/"
  is "$(offers -C data/.)" "data/.cache/"
  mkdir "$HOME/deep"
  is "$(offers -C '~/de')" "~/deep/"
}

@test "datasets, models, versions and aliases are offered where they are wanted" {
  seed_project
  model_folder first
  model_folder second 0.5
  mlops model register best --file first --alias champion --quiet
  mlops model register best --file second --quiet
  is "$(offers data show '')" "churn"
  is "$(offers model show '')" "best best@champion best@v1 best@v2"
  is "$(offers model promote best@c)" "best@champion"
  is "$(offers show '')" "best best@champion best@v1 best@v2 churn"
  is "$(offers log best@v)" "best@v1 best@v2"
  answers 0 mlops __complete -- model show best@c
  is "$output" $'best@champion\talias'
}

@test "the offers of a large registry come at once, and nothing is written for them" {
  model_folder first
  mlops model register best --file first --quiet
  for i in $(seq 1 150); do echo "$i"; done | xargs -P 4 -I{} sh -c \
    'mkdir m{} && sed "s/0.25\\]/0.{}]/" first/model.json >m{}/model.json && mlops model register best{} --file first --quiet >/dev/null'
  before=$(find .mlops -type f -printf '%p %s %T@\n' | sort)
  begin=$(date +%s%N)
  [[ $(offers model show best | wc -w) == 302 ]]
  # far above what it takes, far below what one look at all names for each name would
  (($(date +%s%N) - begin < 1500000000))
  is "$(find .mlops -type f -printf '%p %s %T@\n' | sort)" "$before"
}

@test "completion keeps silent about mistakes" {
  for words in "nonsense x" "doctor --nonsense x" "-C /nowhere/ x" "completion tcsh x"; do
    # shellcheck disable=SC2086
    answers 0 mlops __complete -- $words
    is "$output$stderr" ""
  done
  answers 0 mlops __complete
  answers 0 mlops __complete --
}

@test "completion answers in a broken project" {
  echo "{{{" >mlops.yaml
  answers 0 mlops __complete -- doct
  is "$stderr" ""
  has "$output" "doctor"
}

@test "bash completes" {
  mkdir data
  complete_in_bash() { # words..., the last one is being typed
    bash -c 'eval "$(mlops completion bash)"; compopt() { echo -n "nospace "; }
      COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _mlops; echo "${COMPREPLY[@]}"' bash "$@"
  }
  is "$(complete_in_bash mlops doc)" "doctor"
  is "$(complete_in_bash mlops doctor --color "")" "always auto never"
  # bash cuts at '=' and wants the part after it only
  is "$(complete_in_bash mlops doctor --color = n)" "never"
  is "$(complete_in_bash mlops doctor --color =)" "always auto never"
  is "$(complete_in_bash mlops -C d)" "nospace data/"
  # and at '@'
  model_folder first
  mlops model register best --file first --alias champion --quiet
  is "$(complete_in_bash mlops model show best @ c)" "champion"
  is "$(complete_in_bash mlops model show best @)" "champion v1"
  is "$(complete_in_bash mlops model show be)" "best best@champion best@v1"
}

@test "fish completes" {
  command -v fish || skip "no fish"
  run fish -c 'mlops completion fish | source; complete -C "mlops doc"'
  is "$output" $'doctor\treport on the installation, the settings and the project'
  run fish -c 'mlops completion fish | source; complete -C "mlops doctor --color=n"'
  is "$output" "--color=never"
}

@test "zsh completes" {
  command -v zsh || skip "no zsh"
  mkdir -p "$HOME/zfunc"
  mlops completion zsh >"$HOME/zfunc/_mlops"
  cat >"$HOME/drive.zsh" <<'DRIVE'
zmodload zsh/zpty
zpty z zsh -f -i
zpty -w z 'PS1=; fpath=($HOME/zfunc $fpath); autoload -U compinit; compinit -u -d $HOME/dump; cd '$PWD
zpty -w z 'echo READ''Y'
# Its line editor turns bracketed paste on when it listens; keys before that are not completed.
zpty -r z line '*READY*2004h*'
zpty -w -n z $'mlops doct\t; echo DO''NE\n'
zpty -r z line '*DONE*'
print -r -- $line
DRIVE
  run timeout 20 zsh "$HOME/drive.zsh"
  has "$output" "mlops doctor"
}

@test "the scripts are what the folder completions/ holds" {
  for shell in bash zsh fish; do
    mlops completion "$shell" | diff - "$source_dir/completions/mlops.$shell"
  done
  bash -n "$source_dir/completions/mlops.bash"
}
