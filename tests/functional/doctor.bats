# shellcheck disable=SC2154,SC2016
load lib

setup() { enter_fresh_project; }

# value SECTION NAME: that line of the report as "value<TAB>note"
value() { mlops doctor --porcelain | awk -F'\t' -v s="$1" -v n="$2" '$1 == s && $2 == n { print $3 "\t" $4; exit }'; }

@test "doctor reports version, system, folders, engines and git" {
  answers 0 mlops doctor
  is "$stderr" ""
  for part in "mlops " "system " "folders " "engines " "programs "; do has "$output" "$part"; done
  is "$(value mlops version)" "$(mlops --version | cut -d' ' -f2)"$'\t'
  is "$(value system kernel)" "$(uname -srm)"$'\t'
  is "$(value system processors)" "$(nproc --all)"$'\t'
  is "$(value programs git)" "$(git --version)"$'\t'
}

@test "doctor --json has every key in every item" {
  answers 0 mlops doctor --json
  is "$(jq -r .schema <<<"$output")" mlops.doctor/1
  is "$(jq -c '[.items[] | keys_unsorted] | unique' <<<"$output")" '[["section","name","value","note"]]'
}

@test "doctor does without git" {
  mkdir -p "$HOME/bin"
  ln -s "$(command -v mlops)" "$HOME/bin/mlops"
  answers 0 env PATH="$HOME/bin" mlops doctor --porcelain
  has "$output" $'programs\tgit\t\tnot on PATH'
}

@test "doctor names an engine that does not open, and goes on" {
  mkdir engines
  echo "no shared module" >engines/broken.so
  MLOPS_ENGINES=$PWD/engines answers 0 mlops doctor --porcelain
  has "$output" $'engines\tbroken\t\tcannot open the engine'
  has "$output" $'programs\tgit'
  MLOPS_ENGINES=$PWD/engines answers 0 mlops version -v
  has "$output" "engine broken: cannot open the engine"
}

@test "doctor changes nothing" {
  answers 0 mlops doctor
  is "$(find . "$HOME" -mindepth 1)" ""
}

@test "engines tell the versions of their libraries" {
  answers 0 mlops version -v
  has "$output" 'engine table: DuckDB v'
  has "$output" 'engine pack: zlib '
  has "$output" 'engine gbdt: XGBoost '
}

@test "a HOME that this user may not enter holds no configuration of this user" {
  [ "$(id -u)" = 0 ] || skip 'needs root, to give up its rights'
  mkdir -p foreign/.config/mlops
  echo 'threads: 3' >foreign/.config/mlops/config.yaml
  local without=(setpriv '--bounding-set=-dac_override,-dac_read_search' '--inh-caps=-dac_override,-dac_read_search'
    env -u XDG_CONFIG_HOME -u XDG_CACHE_HOME "HOME=$PWD/foreign")
  answers 0 "${without[@]}" mlops doctor --porcelain
  has "$output" $'settings\tthreads\t3'
  chmod 000 foreign
  answers 0 "${without[@]}" mlops doctor --porcelain
  chmod 700 foreign
  [[ $output != *$'settings\tthreads\t3'* ]]
}
