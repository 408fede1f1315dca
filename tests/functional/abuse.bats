# Files, names and moments that are not what one hopes for. Each case was a fault once.
# shellcheck disable=SC2154,SC2016
load lib
load seed

setup() { enter_fresh_project; }

@test "line ends that differ, inside of quotes or outside, lose no row" {
  printf '"a\nx","b"\r\n1,2\r\n3,4\r\n' | take header
  is "$(values header)" $'[1,2]\n[3,4]'
  printf 'a,b\n1,x\r\n3,y\n' | take mixed
  is "$(values mixed)" $'[1,"x"]\n[3,"y"]'
  printf '\xef\xbb\xbf"a\nx","b"\n1,2\n3,4\n' | take marked
  is "$(values marked)" $'[1,2]\n[3,4]'
  printf 'a,b\r\n1,x\r\n2,"y\nz"\r\n3,w,w\r\n' | take excel
  is "$(bad excel)" '5 - 3 fields where 2 are wanted'
}

@test "a null text that fits the type is null when it is wished for" {
  printf 'id,n\n1,999\n2,NA\n3,4\n' | take sentinel --null 999 --null NA
  is "$(values sentinel)" $'[1,null]\n[2,null]\n[3,4]'
}

@test "placeholders of format strings are data like any other" {
  printf 'a,b\n1,{0}\n{1},4\n' | take braces --null '{0}' --null '{1}'
  is "$(values braces)" $'[1,null]\n[null,4]'
  printf '[{"id":1,"{1}":5}]' >key.json
  answers 0 mlops ingest key.json
  is "$(values key)" '[1,5]'
}

@test "a type is one of ours, never SQL" {
  printf 'a,b\n1,2\n' >t.csv
  for type in 'BIGINT) FROM read_text(chr(47))' FOO main.INT 'VARCHAR COLLATE NOCASE' HUGEINT 'DECIMAL(99,1)'; do
    answers 2 mlops ingest t.csv --types "b=$type"
    has "$stderr" "is no type for the column 'b'"
  done
  answers 0 mlops ingest t.csv --types 'a=text, b=decimal( 10 , 2 )'
  is "$(types t)" $'a VARCHAR\nb DECIMAL(10,2)'
}

@test "integers keep their digits when decimals come late" {
  { echo n && seq 300000 && echo 1.5; } | take late
  is "$(types late)" 'n DOUBLE'
  { echo n && seq 300000 && printf '007\n9007199254740993\n'; } | take codes
  is "$(types codes)" 'n VARCHAR'
  has "$(mlops data query "SELECT count(*) FROM codes WHERE n IN ('007', '9007199254740993')")" 2
}

@test "integers that a DOUBLE would round stay what they are beside decimals" {
  printf 'id,v\n9007199254740993,1\n9007199254740995,2\n1.5,3\n' | take mixed
  is "$(types mixed)" $'id VARCHAR\nv BIGINT'
  is "$(mlops data export mixed | head -n 3 | tail -n 2)" $'9007199254740993,1\n9007199254740995,2'
  printf 'id\n9007199254740993\n1\n' | take whole
  is "$(types whole)" 'id BIGINT'
  printf 'id\n9223372036854775808\n1\n' >over.csv
  is "$(mlops ingest over.csv --json | jq -r '.items[0].columns[0].note')" \
    'more digits than BIGINT keeps: kept as text'
}

@test "a column without values in the sample gets its type from those that come late" {
  { echo a,b && yes 'x,' | head -n 700000 && echo x,7; } | take late
  is "$(types late)" $'a VARCHAR\nb BIGINT'
  printf 'id,name\n' | take header
  printf '1,ana\n' >>header.csv
  answers 0 mlops ingest header
  is "$(types header)" $'id BIGINT\nname VARCHAR'
}

@test "a long line is read, and one that is too deep is refused" {
  { printf 'a,b\n0,1\n1,' && head -c 40000000 /dev/zero | tr '\0' x && printf '\n2,3\n'; } | take long
  has "$(mlops data query 'SELECT max(length(b)) FROM long')" 40000000
  awk 'BEGIN { for (i = 0; i < 3000; ++i) printf "{\"a\":"; printf 1; for (i = 0; i < 3000; ++i) printf "}" }' >deep.json
  answers 6 mlops ingest deep.json
  has "$stderr" "'deep.json' is nested more than 100 levels deep"
}

@test "wide tables" {
  awk 'BEGIN { for (r = 0; r < 50; ++r) for (c = 0; c < 3000; ++c) printf "%s%s", (r ? r * c : "c" c), (c < 2999 ? "," : "\n") }' | take wide
  is "$(mlops data list wide --json | jq -c '.items[0] | [.rows, .columns]')" '[49,3000]'
}

@test "what is no regular file, no text or no name is said so" {
  mkfifo pipe.csv
  answers 2 mlops ingest pipe.csv
  has "$stderr" "'pipe.csv' is no regular file"
  answers 2 mlops ingest /dev/zero
  answers 2 mlops ingest ''
  ln -s nowhere.csv link.csv
  answers 4 mlops ingest link.csv
  has "$stderr" 'a link that leads to no file'
  printf 'a,b\n1,2\n' >'?.csv'
  answers 2 mlops ingest '?.csv'
  has "$stderr" 'mlops ingest ?.csv --name NAME'
  mv '?.csv' train.csv
  answers 2 mlops ingest s3://lake/x.csv
  mkdir one two && cp train.csv one/x.csv && cp train.csv two/x.csv
  answers 5 mlops ingest one/x.csv two/x.csv
  has "$stderr" "would both be called 'x'"
  [ ! -e .mlops ] # nothing was begun for any of it
  head -c 100000 /dev/urandom >noise.csv
  answers 6 mlops ingest noise.csv
  printf 'a,b\n1,2\n' | gzip | gzip >twice.csv.gz
  answers 2 mlops ingest twice.csv.gz
  has "$stderr" 'a gzip file within another'
}

@test "a current folder that is gone is an error like any other" {
  mkdir gone && cd gone && rmdir ../gone
  answers 4 mlops data list
  has "$stderr" 'current folder'
  answers 0 mlops version
}

@test "several ingests of the same bytes at once agree on one version" {
  { echo n && seq 1000; } >k.csv
  for i in 1 2 3 4; do
    mlops ingest k.csv --json >"out$i" 2>"err$i" &
  done
  wait
  cat err?
  is "$(cat out? | jq -r '.items[0].state' | sort | uniq -c | tr -s ' ' | tr '\n' ';')" ' 1 new; 3 unchanged;'
  is "$(version_of k)" 1
}

@test "an export never takes the place of a device" {
  printf 'a,b\n1,2\n' | take t
  mkfifo out
  cat out >seen &
  answers 0 mlops data export t --out out --format csv
  wait
  is "$(cat seen)" $'a,b\n1,2'
  [ -p out ]
  answers 75 mlops data export t --out /dev/full --format csv
  mkdir folder
  answers 2 mlops data export t --out folder --format csv
  has "$stderr" "'folder' is a folder"
}

@test "a store that may only be read answers, and refuses an ingest by its name" {
  [ "$(id -u)" = 0 ] || skip 'needs root, to give up its rights'
  printf 'a,b\n1,2\n' | take t
  chmod -R a-w .mlops
  local as_reader=(setpriv '--bounding-set=-dac_override,-dac_read_search')
  answers 0 "${as_reader[@]}" mlops data head t
  answers 0 "${as_reader[@]}" mlops data export t --format csv
  answers 0 "${as_reader[@]}" mlops data query 'SELECT * FROM t'
  printf '3,4\n' >>t.csv
  answers 1 "${as_reader[@]}" mlops ingest t
  has "$stderr" "/.mlops' cannot be written: permission denied"
  chmod -R u+w .mlops
}

@test "the name of a table does not depend on format, threads or order of writing" {
  printf 'id,name\n1,ana\n2,\n' | take csv
  printf '{"id":1,"name":"ana"}\n{"id":2,"name":null}\n' >lines.jsonl
  printf '[{"id":1,"name":"ana"},{"id":2,"name":null}]' >array.json
  mlops data export csv --out file.parquet --quiet >/dev/null
  mlops ingest lines.jsonl array.json file.parquet --quiet >/dev/null
  MLOPS_THREADS=1 mlops ingest csv.csv --name again --quiet >/dev/null
  local name
  for name in lines array file again; do
    is "$(mlops data show $name --json | jq -r .items[0].table)" "$(mlops data show csv --json | jq -r .items[0].table)"
  done
}

@test "a reference damaged in its last line is told, not forgotten" {
  printf 'a,b\n1,2\n' | take t
  sed -i 's/"who"/"wh0"/' .mlops/refs/sources/t
  answers 6 mlops data list
  has "$stderr" 'is damaged'
}

@test "a dry run makes nothing" {
  printf 'a\n1\n' >x.csv
  answers 0 mlops ingest x.csv --dry-run
  is "$(ls -A)" x.csv
}

@test "an address with its section is a table of SQL" {
  printf 'a,b\n1,2\n' | take t
  answers 0 mlops data query 'SELECT b FROM "sources/t@v1"' --porcelain
  is "$output" 2
  answers 2 mlops data query 'SELECT * FROM "/etc/passwd"'
  answers 4 mlops data query 'SELECT * FROM "etc/passwd"'
}

@test "a column of words that often mean nothing is text" {
  printf 'id,word\n1,?\n2,-\n3,None\n' | take nulls
  is "$(types nulls)" $'id BIGINT\nword VARCHAR'
  is "$(values nulls)" $'[1,null]\n[2,"-"]\n[3,"None"]'
}

@test "a damaged gzip is told by its name" {
  printf 'a\n1\n' | gzip -n | head -c 15 >cut.csv.gz
  answers 6 mlops ingest cut.csv.gz
  has "$stderr" "'cut.csv.gz'"
}

@test "personal data stay hidden in what JSON says of bad rows" {
  printf '{"id":1,"ssn":"s-secret-1"}\n{"id":2,"ssn":"s-secret-2" oops\n{"id":3,"ssn":"4"}\n' >p.jsonl
  answers 0 mlops ingest p.jsonl --pii ssn --types ssn=BIGINT
  lacks "$output$stderr" secret
  answers 0 mlops data head p --quarantine --json
  lacks "$output" secret
  is "$(bad p)" $'null ssn a value that does not fit\n2 - not valid JSON'
}

@test "members of JSON Lines that differ in case only are not mixed up" {
  printf '{"a":1}\n{"A":3}\n' >t.jsonl
  answers 6 mlops ingest t.jsonl
  has "$stderr" "differ in case only: 'a' and 'A'"
}

@test "text is not read in an encoding that it cannot be in" {
  printf 'a,b\n1,2\n' >t.csv
  answers 2 mlops ingest t.csv --encoding utf-16le
  has "$stderr" 'is not utf-16le'
}

@test "a long bad row is kept whole" {
  { printf 'a,b\n0,1\n1,' && head -c 300000 /dev/zero | tr '\0' x && printf ',2\n3,4\n'; } | take long
  is "$(bad long)" '3 - 3 fields where 2 are wanted'
  is "$(mlops data head long --quarantine --json | jq '.items[0].raw | length')" 300004
}

@test "blobs that are missing, and columns that are not there, leave nothing behind" {
  printf 'id,picture\n1,a.png\n2,gone.png\n' >pets.csv
  echo picture >a.png
  answers 4 mlops ingest pets.csv --blob picture
  has "$stderr" "such as 'gone.png'"
  answers 2 mlops ingest pets.csv --pii pictures
  has "$stderr" 'similar columns exist: `picture`'
  is "$(mlops store du --json | jq '[.items[] | select(.kind | test("raw|tables|trees|records|unreferenced")) | .count] | add')" 0
}

@test "dates in JSON are found only where every value is one" {
  printf '{"d":"2026-01-02","t":"2026-01-02T03:04:05.25","n":"2026-01-02T03:04:05.123456789","x":"2026-01-02"}\n{"d":null,"t":"2026-01-02 03:04","n":null,"x":"soon"}\n' >dates.jsonl
  answers 0 mlops ingest dates.jsonl
  is "$(types dates)" $'d DATE\nt TIMESTAMP\nn VARCHAR\nx VARCHAR'
}
