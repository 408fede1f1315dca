# Objects, records and references that are damaged or gone: what is told, and what brings them back.
# shellcheck disable=SC2154,SC2016
load lib
load models

setup() {
  enter_fresh_project
  printf 'id,word\n1,lima\n2,oslo\n' >x.csv
  mlops ingest x.csv --quiet >/dev/null
  cat >mlops.yaml <<'END'
mlops: 1
sources: {x: {from: x.csv, expect: [rows > 0]}}
data:
  words: {sql: "SELECT upper(word) AS word FROM x", expect: [rows > 0]}
  longer: {sql: "SELECT word || '!' AS word FROM words"}
END
  settled
  mlops run data --quiet >/dev/null
}

object() { echo ".mlops/objects/sha256/${1:7:2}/${1:9}"; }
field() { mlops data show "$1" --json | jq -r ".items[0].$2"; }
raw_of() { mlops show "$(field "$1" raw)" --porcelain | cut -f4; }

# damage FILE: one byte of it becomes another, and its size stays.
damage() {
  chmod u+w "$1"
  printf '\x01' | dd of="$1" bs=1 seek=5 conv=notrunc status=none
}

sound() { answers 0 mlops store fsck; }

@test "a damaged or lost object of a source is brought back by the same data" {
  before=$(field x digest)
  for object in "$(raw_of x)" "$(field x raw)"; do
    for hurt in damage "rm -f"; do
      $hurt "$(object "$object")"
      answers 6 mlops store fsck
      answers 0 mlops ingest x
      has "$stderr" 'objects of x@v1 were missing or damaged; the same data brought them back'
      sound
      is "$(field x digest)" "$before"
    done
  done
  answers 0 mlops ingest x
  lacks "$stderr" 'brought them back'
  # Its table can be made of the others.
  damage "$(object "$(field x parquet)")"
  answers 0 mlops ingest x
  has "$stderr" 'brought them back'
  rm -f "$(object "$(field x parquet)")"
  answers 0 mlops ingest x
  lacks "$stderr" 'brought them back'
  sound
}

@test "run reads a source again whose files are as they were and whose table is damaged" {
  damage "$(object "$(field x parquet)")"
  answers 0 mlops plan data/words --porcelain
  has "$output" 'its table is'
  answers 0 mlops run data
  has "$stderr" 'brought them back'
  sound
  is "$(field x version)" 1
  # One that is not there is made again where it is read.
  rm -f "$(object "$(field x parquet)")" "$(object "$(field words parquet)")"
  answers 0 mlops run data
  lacks "$stderr" 'brought them back'
  sound
  [[ -f $(object "$(field x parquet)") ]]
}

@test "run makes a table again that is damaged or gone, as the version that it was" {
  before=$(field words digest)
  for hurt in damage "rm -f"; do
    $hurt "$(object "$(field words parquet)")"
    answers 6 mlops data head words
    has "$stderr" 'the table of data/words@v1 cannot be read'
    has "$stderr" '`mlops run data/words` makes the newest version again'
    answers 0 mlops why data/words
    has "$output" 'its table is'
    answers 0 mlops run data --porcelain
    has "$output" 'its table is'
    is "$(field words digest)" "$before"
    sound
    answers 0 mlops run data --porcelain
    lacks "$output" 'its table is'
  done
}

@test "a lost verdict is no obstacle: the data are judged again" {
  for hurt in damage "rm -f"; do
    $hurt "$(object "$(tail -n 1 .mlops/refs/checks/*words@v1 | jq -r .digest)")"
    answers 0 mlops run data
    has "$stderr" 'the verdict on words@v1 is lost'
    answers 0 mlops run data
    lacks "$stderr" 'is lost'
  done
  damage "$(object "$(tail -n 1 .mlops/refs/checks/*words@v1 | jq -r .digest)")"
  answers 0 mlops check words
}

@test "a lost object is corruption wherever it is met, and not found where it is asked for" {
  raw=$(raw_of x)
  rm -f "$(object "$(field words parquet)")" "$(object "$raw")"
  answers 6 mlops data head words
  answers 6 mlops data query 'SELECT * FROM words'
  answers 6 mlops store fsck
  answers 4 mlops show "$raw"
}

@test "one damaged model hides no other" {
  model_folder first
  mlops model register best --file first --alias champion --quiet
  mlops model register worse --file first --alias champion --quiet
  sed -i 's/^./X/' .mlops/refs/model-aliases/best@champion
  answers 0 mlops status --porcelain
  has "$output" $'model\tbest\tdamaged'
  lacks "$output" worse
  answers 6 mlops model list --porcelain
  is "$(cut -f1 <<<"$output")" worse
  has "$stderr" "the reference file '"
  has "$stderr" 'bring the file back from a copy of the store'
  rm -f .mlops/refs/model-aliases/best@champion
  damage "$(object "$(mlops model show worse --json | jq -r .items[0].digest)")"
  answers 0 mlops status --porcelain
  has "$output" $'model\tworse\tdamaged'
  answers 6 mlops model list --porcelain
  is "$(cut -f1 <<<"$output")" best
}

@test "a reference that was begun anew is told as such, until it is taken for granted" {
  rm .mlops/refs/data/words
  answers 0 mlops run data --quiet
  answers 6 mlops store fsck --porcelain
  has "$output" 'the reference data/words was begun anew: version 1 is lost'
  has "$output" '`mlops store reindex` takes the loss for granted'
  answers 0 mlops store reindex
  sound
}
