# What ingest decides about data, how each decision is overridden, and what it does with data that are not sound.
# shellcheck disable=SC2154,SC2016
load lib
load seed

setup() { enter_fresh_project; }

# what is decided, and shown

@test "the first ingest makes the project and shows every decision" {
  printf 'id,zip,when\n1,01234,2026-02-28\n2,99501,2026-03-01\n' >visits.csv
  answers 0 mlops ingest visits.csv --as-of 2026-11-01
  is "$stderr" ""
  assert_golden ingest-first.txt "$(without_digests <<<"$output")"
  is "$(cat mlops.yaml)" $'mlops: 1\nproject: project\nsources:\n  visits:\n    from: visits.csv'
  is "$(cat .mlops/.gitignore)" '*'
  has "$(cat mlops.lock)" 'columns: {id: BIGINT, zip: VARCHAR, when: DATE}'
  is "$(decided visits format) $(decided visits header)" "csv true"
}

@test "delimiters: semicolon, tab, bar, and one that is given" {
  printf 'a;b\n1;x\n2;y\n' | take semicolon
  printf 'a\tb\n1\tx\n2\ty\n' | take tab
  printf 'a|b\n1|x\n2|y\n' | take bar
  printf 'a:b\n1:x\n2:y\n' | take colon --delimiter :
  for name in semicolon tab bar colon; do
    is "$(types $name)" $'a BIGINT\nb VARCHAR'
    is "$(values $name)" $'[1,"x"]\n[2,"y"]'
  done
  is "$(decided tab delimiter)" $'\t'
  answers 0 mlops ingest tab.csv --name given --delimiter tab
  is "$(types given)" $'a BIGINT\nb VARCHAR'
}

@test "one column stays one column" {
  printf 'text\nfirst, second\nthird\n' | take one
  is "$(values one)" $'["first, second"]\n["third"]'
}

@test "quotes hold delimiters, line breaks and quotes" {
  printf 'id,text\n1,"two\nlines"\n2,"say ""hi"", then go"\n3,plain\n' | take quoted
  is "$(values quoted)" $'[1,"two\\nlines"]\n[2,"say \\"hi\\", then go"]\n[3,"plain"]'
  printf "id,text\n1,'a, b'\n2,'c'\n" | take single
  is "$(values single)" $'[1,"a, b"]\n[2,"c"]'
  printf 'id,text\n1,"a \\" b"\n2,"c"\n' | take backslash
  is "$(values backslash)" $'[1,"a \\" b"]\n[2,"c"]'
  printf 'id,text\n1,"a\n2,b\n' | take none --quote ''
  is "$(values none)" $'[1,"\\"a"]\n[2,"b"]'
}

@test "a byte order mark, and line ends of either kind, belong to no value" {
  printf '\xef\xbb\xbfid,a\n1,x\n' | take mark
  printf 'id,a\r\n1,x\r\n' | take dos
  printf 'id,a\n1,x' | take unfinished
  for name in mark dos unfinished; do
    is "$(types $name)" $'id BIGINT\na VARCHAR'
    is "$(values $name)" '[1,"x"]'
  done
}

@test "encodings are found: Latin-1, UTF-16 of both orders, UTF-8" {
  text=$'id,city\n1,Bogotá\n2,Córdoba\n3,Ñandú\n'
  printf %s "$text" | iconv -t ISO-8859-1 | take latin
  printf %s "$text" | iconv -t UTF-16LE | sed '1s/^/\xff\xfe/' | take little
  printf %s "$text" | iconv -t UTF-16BE | take big
  printf %s "$text" | take plain
  wanted=$'[1,"Bogotá"]\n[2,"Córdoba"]\n[3,"Ñandú"]'
  for name in latin little big plain; do is "$(values $name)" "$wanted"; done
  is "$(for name in latin little big plain; do decided $name encoding; done)" $'latin-1\nutf-16le\nutf-16be\nutf-8'
  printf 'id,price\n1,\x80 5\n2,\x80 6\n' | take euro --encoding latin-1
  is "$(values euro)" $'[1,"€ 5"]\n[2,"€ 6"]'
}

@test "decimal commas" {
  printf 'id;amount\n1;1,5\n2;-2,25\n3;4\n' | take comma
  is "$(types comma)" $'id BIGINT\namount DOUBLE'
  is "$(values comma)" $'[1,1.5]\n[2,-2.25]\n[3,4]'
  printf 'id,amount\n1,"1,5"\n2,"22,75"\n' | take quoted
  is "$(values quoted)" $'[1,1.5]\n[2,22.75]'
  printf 'id,amount\n1,"1,500"\n2,"2,000"\n' | take thousands
  is "$(types thousands)" $'id BIGINT\namount VARCHAR'
  printf 'id;amount\n1;1,5\n' | take wished --decimal .
  is "$(types wished)" $'id BIGINT\namount VARCHAR'
}

@test "texts that mean no value" {
  printf 'id,n,word\n1,?,?\n2,NA,NA\n3,,\n4,-,-\n5,7,None\n6,8,word\n' | take nulls
  is "$(types nulls)" $'id BIGINT\nn BIGINT\nword VARCHAR'
  is "$(values nulls)" $'[1,null,null]\n[2,null,null]\n[3,null,null]\n[4,null,"-"]\n[5,7,"None"]\n[6,8,"word"]'
  printf 'id,n\n1,999\n2,NA\n3,4\n' | take wished --null 999 --null NA
  is "$(values wished)" $'[1,null]\n[2,null]\n[3,4]'
  printf 'id,n\n1,none\n2,4\n' | take only --null none
  is "$(values only)" $'[1,null]\n[2,4]'
}

@test "NA is Namibia among codes of countries" {
  printf 'code,people\nAR,45\nCO,52\nNA,3\nPE,33\n' | take lands
  is "$(values lands)" $'["AR",45]\n["CO",52]\n["NA",3]\n["PE",33]'
}

@test "without a header the columns are counted" {
  printf '1,ana,3.5\n2,bo,4.5\n' | take bare
  is "$(types bare)" $'column1 BIGINT\ncolumn2 VARCHAR\ncolumn3 DOUBLE'
  is "$(decided bare header)" false
  printf 'x,y\nx,z\n' | take words
  is "$(values words)" $'["x","y"]\n["x","z"]'
}

@test "a header can be asserted and denied" {
  printf '10,20\n1,2\n' | take asserted --header
  is "$(types asserted)" $'10 BIGINT\n20 BIGINT'
  printf 'a,b\n1,2\n' | take denied --no-header
  is "$(values denied)" $'["a","b"]\n["1","2"]'
}

@test "odd and repeated names stay usable" {
  printf 'Beak Length (mm),Cost Total $,año,a,A,,a\n1.5,2,2020,1,2,3,4\n' | take odd
  is "$(types odd | cut -d' ' -f1-3)" $'Beak Length (mm)\nCost Total $\naño BIGINT\na BIGINT\nA_2 BIGINT\ncolumn6 BIGINT\na_3 BIGINT'
  answers 0 mlops data query 'SELECT "Beak Length (mm)" AS l, "Cost Total $" AS c, año FROM odd' --json
  is "$(jq -c '.items[0]' <<<"$output")" '{"l":1.5,"c":2,"año":2020}'
  is "$(mlops data show odd --json | jq -c '[.items[0].columns[].original]')" \
    '["Beak Length (mm)","Cost Total $","año","a","A","","a"]'
}

@test "a header that is one short lacks the row names" {
  printf 'x,y\na,1,2\nb,3,4\n' | take frame
  is "$(types frame)" $'column1 VARCHAR\nx BIGINT\ny BIGINT'
}

@test "leading zeros stay text, and say so" {
  printf 'zip,phone\n01234,+5491155551234\n99501,+5491155555678\n' >codes.csv
  answers 0 mlops ingest codes.csv
  has "$output" 'leading zeros: kept as text'
  is "$(values codes)" $'["01234","+5491155551234"]\n["99501","+5491155555678"]'
}

@test "the types of SQL" {
  printf 'b,i,d,n,day,t,z,h,s\ntrue,1,1.5,-2e3,2026-02-28,2026-02-28 10:00:00,2026-02-28T10:00:00+01:00,10:30,x\n' >t.csv
  printf 'FALSE,-9007199254740991,.5,1,2026/03/01,2026-03-01T23:59:59.25,2026-03-01T00:00:00Z,23:59:59,y\n' >>t.csv
  answers 0 mlops ingest t.csv
  is "$(types t)" 'b BOOLEAN
i BIGINT
d DOUBLE
n DOUBLE
day DATE
t TIMESTAMP
z TIMESTAMP WITH TIME ZONE
h TIME
s VARCHAR'
  is "$(values t)" '[true,1,1.5,-2000,"2026-02-28","2026-02-28T10:00:00","2026-02-28T09:00:00Z","10:30:00","x"]
[false,-9007199254740991,0.5,1,"2026-03-01","2026-03-01T23:59:59.25","2026-03-01T00:00:00Z","23:59:59","y"]'
}

@test "whole numbers of 64 bits are exact, and larger ones text" {
  printf 'i,big\n-9223372036854775808,9223372036854775808\n9223372036854775807,1\n' | take exact
  is "$(types exact)" $'i BIGINT\nbig VARCHAR'
  is "$(mlops data head exact --porcelain)" $'-9223372036854775808\t9223372036854775808\n9223372036854775807\t1'
}

@test "dates with the day or the month in front, when there is only one way" {
  printf 'when\n03.02.2026\n28.02.2026\n' | take day
  printf 'when\n03/02/2026\n02/28/2026\n' | take month
  printf 'when\n03/02/2026\n05/06/2026\n' >either.csv
  is "$(values day)" $'["2026-02-03"]\n["2026-02-28"]'
  is "$(values month)" $'["2026-03-02"]\n["2026-02-28"]'
  answers 0 mlops ingest either.csv
  is "$(types either)" "when VARCHAR"
  has "$output" 'day first or month first'
}

@test "dates with the month's name" {
  printf 'a,b,c,d\nJun 12 1998,12-JUN-1998,"June 7, 1998",28.02.2020\nFeb 29 2000,1-May-2001,"may 3, 2001",01.03.2020\n' >named.csv
  mlops ingest named.csv --quiet >/dev/null
  is "$(mlops data show named --json | jq -r '[.items[0].columns[].type] | unique | join(" ")')" DATE
  is "$(mlops data export named)" 'a,b,c,d
1998-06-12,1998-06-12,1998-06-07,2020-02-28
2000-02-29,2001-05-01,2001-05-03,2020-03-01'
  printf '[{"day": "Jun 12 1998"}, {"day": null}, {"day": "Aug 7 1998"}]' >films.json
  mlops ingest films.json --quiet >/dev/null
  is "$(mlops data query 'SELECT day FROM films' --porcelain)" $'1998-06-12\n\n1998-08-07'
  # Two digits are no year, and no February has 30 days.
  printf 'a,b\nJun 12 98,Feb 30 2001\nJun 13 98,Feb 3 2001\n' >odd.csv
  mlops ingest odd.csv --quiet >/dev/null
  is "$(mlops data show odd --json | jq -r '[.items[0].columns[].type] | unique | join(" ")')" VARCHAR
}

@test "values of mixed kinds are text, and where they stand is said" {
  { echo v; seq 20; echo x; } >mixed.csv
  answers 0 mlops ingest mixed.csv
  is "$(types mixed)" "v VARCHAR"
  has "$output" "1 of 21 values are no BIGINT, such as 'x' in line 22"
}

@test "few misfits in many values are bad rows, not another type" {
  { echo v; seq 1000; echo x; } | take many
  is "$(types many)" "v BIGINT"
  is "$(bad many)" "1002 v 'x' is no BIGINT"
  { echo v; seq 1000; echo 1.5; } | take wider
  is "$(types wider)" "v DOUBLE"
}

@test "a type is widened when what comes later does not fit" {
  { echo v,text; seq -f '%.0f,some text that fills the file so that its end is seen only later' 30000; seq -f '%.1f,x' 0.5 600; } |
    take late
  is "$(types late | head -1)" "v DOUBLE"
  is "$(values late | wc -l)" 30600
}

@test "types can be given" {
  printf 'id,age,amount\n1,3,1.50\n2,4,2.25\n' | take typed --types 'id=VARCHAR,amount=DECIMAL(10,2)' --types age=double
  is "$(types typed)" $'id VARCHAR\nage DOUBLE\namount DECIMAL(10,2)'
  is "$(values typed)" $'["1",3,1.5]\n["2",4,2.25]'
}

@test "a header without rows is a table without rows" {
  printf 'id,name\n' | take header
  is "$(types header | cut -d' ' -f1)" $'id\nname'
  lacks "$(cat mlops.lock)" 'id: VARCHAR'
  answers 0 mlops data head header --json
  is "$output" '{"schema": "mlops.rows/1", "items": []}'
  printf 'id,name\n1,Ana\n' | take header
  is "$(types header)" $'id BIGINT\nname VARCHAR'
}

# other formats

@test "JSON: an object, an array, nested values" {
  printf '[{"id": 1, "tags": ["a", "b"], "place": {"city": "Rosario"}}, {"id": 2, "tags": [], "place": {"city": null}}]' >n.json
  answers 0 mlops ingest n.json --quiet
  is "$(types n)" $'id BIGINT\ntags VARCHAR[]\nplace STRUCT(city VARCHAR)'
  is "$(values n)" $'[1,["a","b"],{"city":"Rosario"}]\n[2,[],{"city":null}]'
  answers 0 mlops data query 'SELECT place.city AS city FROM n' --porcelain
  is "${lines[0]}" Rosario
  printf '{"id": 1}' >one.json
  answers 0 mlops ingest one.json --quiet
  is "$(values one)" '[1]'
}

@test "JSON Lines, and its bad lines" {
  printf '{"id": 1, "tags": ["a"]}\nnot json\n{"id": 2, "tags": []}\n[1]\n' >l.jsonl
  answers 0 mlops ingest l.jsonl --quiet
  is "$(types l)" $'id BIGINT\ntags VARCHAR[]'
  is "$(values l)" $'[1,["a"]]\n[2,[]]'
  is "$(mlops data head l --quarantine --json | jq -c '.items[] | [.line, .raw]')" $'[2,"not json"]\n[4,"[1]"]'
}

@test "Parquet, and gzip and zstd of anything" {
  printf 'id,name\n1,Ana\n2,Bo\n' | take a
  mlops data export a --out p.parquet --quiet
  gzip -n <a.csv >g.csv.gz
  zstd -q a.csv -o z.csv.zst
  gzip -n <a.csv >hidden.csv
  for file in p.parquet g.csv.gz z.csv.zst hidden.csv; do
    answers 0 mlops ingest $file --quiet
    is "$(values "${file%%.*}")" $'[1,"Ana"]\n[2,"Bo"]'
  done
  digest() { mlops data show "$1" --json | jq -r .items[0].table; }
  for name in p g z hidden; do is "$(digest $name)" "$(digest a)"; done
}

@test "the format can be given where neither name nor content tells" {
  printf 'a\tb\n1\tx\n' >export.dat
  answers 0 mlops ingest export.dat --format tsv --quiet
  is "$(values export)" '[1,"x"]'
  answers 2 mlops ingest export.dat --format xml
}

# many files

@test "a folder, a pattern, and several paths are one table" {
  mkdir -p logs/day2 logs/.hidden logs/_temporary
  printf 'a,b\n1,x\n' >logs/1.csv
  printf 'a,b\n2,y\n' >logs/day2/2.csv
  printf 'a,b\n9,z\n' | tee logs/.hidden/3.csv >logs/_temporary/4.csv
  answers 0 mlops ingest logs --quiet
  is "$(values logs)" $'[1,"x"]\n[2,"y"]'
  answers 0 mlops ingest 'logs/*.csv' --name flat --quiet
  is "$(values flat)" '[1,"x"]'
  answers 0 mlops ingest logs/day2/2.csv logs --name listed --quiet
  is "$(values listed)" $'[2,"y"]\n[1,"x"]'
  has "$(cat mlops.yaml)" 'from: logs/*.csv'
}

@test "several paths without --name are several datasets" {
  printf 'a\n1\n' | tee one.csv >two.csv
  answers 0 mlops ingest one.csv two.csv --porcelain
  is "$(cut -f1-4 <<<"$output")" $'one\t1\tnew\t1\ntwo\t1\tnew\t1'
}

@test "files of one table need one format and the same columns" {
  mkdir d
  printf 'a,b\n1,2\n' >d/1.csv
  printf 'a,c\n1,2\n' >d/2.csv
  answers 5 mlops ingest d
  is "$stderr" "error: '2.csv' does not have the columns of '1.csv'
  1.csv: a b
  2.csv: a c

hint: files that are read as one table need the same columns in the same order"
  rm d/2.csv
  echo '{"a": 1}' >d/2.json
  answers 2 mlops ingest d
  has "$stderr" "'1.csv' is csv and '2.json' is json"
}

@test "standard input needs a name, and is not written to mlops.yaml" {
  answers 2 mlops ingest - <<<$'a,b\n1,2'
  is "$stderr" $'error: what is read from \'-\' has no name yet\n\nhint: give it one: `mlops ingest - --name NAME`'
  answers 0 mlops ingest - --name piped --quiet <<<$'a,b\n1,2'
  is "$(values piped)" '[1,2]'
  [[ ! -e mlops.yaml ]] || lacks "$(cat mlops.yaml)" piped
}

@test "datasets are called like their files" {
  mkdir -p data/clicks
  printf 'a\n1\n' | tee data/churn.csv 'data/my file (2).csv' data/año.csv data/clicks/1.csv data/part-1.csv >/dev/null
  gzip -n data/churn.csv
  answers 0 mlops ingest data/churn.csv.gz 'data/my file (2).csv' data/año.csv data/clicks/ 'data/part-*.csv' --porcelain
  is "$(cut -f1 <<<"$output")" $'churn\nmy_file__2\naño\nclicks\npart'
}

@test "two paths of one name are a question" {
  mkdir c
  printf 'a\n1\n' | tee c/1.csv >c.csv
  answers 5 mlops ingest c c.csv
  is "$stderr" $'error: \'c\' and \'c.csv\' would both be called \'c\'\n\nhint: ingest one of them with `--name OTHER`'
  is "$(mlops data list)" ""
}

@test "a name that is taken by another file is a question" {
  printf 'a\n1\n' | tee x.csv >x.txt
  answers 0 mlops ingest x.csv --quiet
  answers 5 mlops ingest x.txt
  is "$stderr" $'error: the source \'x\' reads \'x.csv\', not \'x.txt\'\n\nhint: `--name OTHER` makes another dataset; `--name x` makes this its next version'
  answers 0 mlops ingest x.txt --name x --quiet
}

@test "a dry run keeps nothing" {
  printf 'a\n1\n' >x.csv
  answers 0 mlops ingest x.csv --dry-run --porcelain
  is "$(cut -f1-4 <<<"$output")" $'x\t\twould be ingested\t'
  [[ ! -e mlops.yaml && ! -e mlops.lock ]]
  is "$(find . -path '*objects*' -type f)" ""
  printf 'a\n1\n' | take x
  before=$(find . -type f | sort | xargs sha256sum)
  printf 'a,b\n1,2\n' >x.csv
  answers 5 mlops ingest x --dry-run
  answers 0 mlops ingest x --dry-run --accept-schema
  printf 'a\n1\n' >x.csv
  is "$(find . -type f | sort | xargs sha256sum)" "$before"
}

# again

@test "the same bytes make no second version" {
  printf 'a\n1\n' | take x
  before=$(find .mlops -type f -not -path '.mlops/tokens/*' | sort | xargs sha256sum)
  for words in x.csv x ''; do
    # shellcheck disable=SC2086
    answers 0 mlops ingest $words --porcelain
    is "$(cut -f1-3 <<<"$output")" $'x\t1\tunchanged'
  done
  is "$(find .mlops -type f -not -path '.mlops/tokens/*' | sort | xargs sha256sum)" "$before"
  is "$(mlops log --porcelain | wc -l)" 1
}

@test "the lock pins contents: the same bytes in another store leave it alone, others are told" {
  printf 'b;a;when\n1,5;x;01.02.2024\n;NA;31.12.2024\n' | take x
  pinned=$(cat mlops.lock)
  has "$pinned" "raw: $(mlops data show x --json | jq -r '.items[0].raw')"
  mkdir ../clone && cp x.csv mlops.yaml mlops.lock ../clone && cd ../clone
  answers 0 mlops ingest --porcelain --as-of 2027-01-01
  is "$(cut -f1-3 <<<"$output")" $'x\t1\tnew'
  lacks "$stderr" mlops.lock
  is "$(cat mlops.lock)" "$pinned"
  rm mlops.lock # found out as before, it is written again
  answers 0 mlops ingest --porcelain
  is "$(cut -f1-3 <<<"$output")" $'x\t1\tunchanged'
  is "$(cat mlops.lock)" "$pinned"
  answers 0 mlops ingest x --accept-schema --porcelain
  is "$(cut -f1-3 <<<"$output")" $'x\t1\tunchanged'
  printf '2,5;y;01.03.2024\n' >>x.csv
  answers 0 mlops ingest # the lock pins what the store has: nothing to wonder about
  is "$(version_of x)" 2
  lacks "$stderr" mlops.lock
  cp ../project/mlops.lock . && rm -r .mlops
  answers 0 mlops ingest --porcelain
  has "$stderr" 'mlops.lock had pinned other data of x'
  lacks "$(cat mlops.lock)" "$(grep -o 'raw: sha256:[0-9a-f]*' <<<"$pinned")"
}

@test "a lock that wants another reading of the same bytes gets its own version" {
  printf 'a\n1\n' | take x
  sed -i 's/a: BIGINT/a: DOUBLE/' mlops.lock
  answers 0 mlops ingest --porcelain
  is "$(cut -f1-3 <<<"$output") $(types x)" $'x\t2\tnew a DOUBLE'
  # an entry without the digest of the bytes pins the rest, and gets it
  pinned=$(cat mlops.lock)
  sed -i 's/raw: sha256:/digest: sha256:/' mlops.lock
  answers 0 mlops ingest --porcelain
  is "$(cut -f1-3 <<<"$output") $(cat mlops.lock)" $'x\t2\tunchanged '"$pinned"
}

@test "new bytes, and another declaration, make the next version" {
  printf 'a\n1\n' | take x
  printf 'a\n1\n2\n' | take x
  is "$(version_of x)" 2
  is "$(values x@v1)" '[1]'
  printf '    pii: a\n' >>mlops.yaml
  answers 0 mlops ingest --quiet
  is "$(version_of x)" 3
  is "$(values x)" $'["***"]\n["***"]'
}

@test "a changed schema is a conflict until it is accepted" {
  printf 'id,age,city\n1,3,x\n' | take s
  printf 'id,years,city\n1,3,x\n' >s.csv
  answers 5 mlops ingest
  is "$stderr" "error: the columns of 's' are not the ones that mlops.lock pins
  + years BIGINT
  - age BIGINT

hint: to take the new columns: \`mlops ingest s --accept-schema\`"
  is "$(version_of s)" 1
  answers 5 mlops ingest --json
  is "$(jq -r '.error | .id, .detail' <<<"$stderr")" $'ingest.schema_changed\n  + years BIGINT\n  - age BIGINT'
  answers 0 mlops ingest s --accept-schema --quiet
  is "$(types s)" $'id BIGINT\nyears BIGINT\ncity VARCHAR'
  has "$(cat mlops.lock)" 'years: BIGINT'
}

@test "flags for a source of mlops.yaml hold for this time only, and a note says so" {
  printf 'a,b\n1,2\n' | take x
  answers 0 mlops ingest x --types a=VARCHAR
  is "$stderr" "mlops.yaml says otherwise of x: without these flags the next ingest follows it"
}

@test "another order of the columns is no change" {
  printf 'id,city\n1,x\n' | take s
  printf 'city,id\ny,2\n' | take s
  is "$(values s)" '[2,"y"]'
}

@test "pinned types hold where the data alone would say otherwise" {
  printf 'zip,n\n01234,1\n' | take p
  printf 'zip,n\n99501,2\n' | take p
  is "$(types p)" $'zip VARCHAR\nn BIGINT'
  is "$(values p)" '["99501",2]'
  printf 'zip,n\n99501,many\n1,2\n' | take p
  is "$(bad p)" "2 n 'many' is no BIGINT"
}

@test "flags win over mlops.yaml, and mlops.yaml over the data" {
  printf 'mlops: 1\nsources:\n  x: {from: x.csv, types: {a: VARCHAR}, null: [none]}\n' >mlops.yaml
  printf 'a,b\n1,2\nnone,3\n' >x.csv
  answers 0 mlops ingest --quiet
  is "$(types x)" $'a VARCHAR\nb BIGINT'
  is "$(values x)" $'["1",2]\n[null,3]'
  answers 0 mlops ingest --types a=DOUBLE --quiet
  is "$(types x | head -1)" "a DOUBLE"
}

# bad rows

@test "bad rows are told by their lines, also behind line breaks in quotes" {
  printf 'id,v\n1,10\n2,"a\nb"\n\n3,30\n4\n5,50,5\n6,x\n' >q.csv
  answers 0 mlops ingest q.csv --types v=BIGINT --quiet
  is "$(mlops data head q --quarantine --json | jq -c '.items[] | [.file, .line, .column_name, .raw]')" \
    '["q.csv",3,"v","2,\"a\nb\""]
["q.csv",7,null,"4"]
["q.csv",8,null,"5,50,5"]
["q.csv",9,"v","6,x"]'
  is "$(bad q | tail -3)" "7 - 1 field where 2 are wanted
8 - 3 fields where 2 are wanted
9 v 'x' is no BIGINT"
  is "$(values q)" $'[1,10]\n[3,30]'
}

@test "bad rows are a warning with the first of them" {
  printf 'id,v\n1,10\n2\n3,30\n' >q.csv
  answers 0 mlops ingest q.csv
  is "$stderr" $'warning: 1 row of q went to quarantine\n  q.csv:3: 1 field where 2 are wanted'
  has "$output" "quarantine     1"
}

@test "line breaks in bad values do not break the lines of messages" {
  printf 'id,v\n1,10\n2,"a\nb"\n' >q.csv
  answers 0 mlops ingest q.csv --types v=BIGINT
  is "$(wc -l <<<"$stderr")" 2
}

@test "bad rows of several files keep their file and its lines" {
  mkdir d
  printf 'id,v\n1,10\n2\n' >d/1.csv
  printf 'id,v\n3\n4,40\n' >d/2.csv
  answers 0 mlops ingest d --quiet
  is "$(mlops data head d --quarantine --json | jq -c '.items[] | [.file, .line]')" $'["1.csv",3]\n["2.csv",2]'
}

@test "bytes that are not UTF-8 are a bad row" {
  printf 'id,city\n1,Bogotá\n2,Córdoba\n3,S\xe3o\n4,Perú\n' >u.csv
  answers 0 mlops ingest u.csv --quiet
  is "$(bad u)" "4 - it is not UTF-8"
  is "$(values u | wc -l)" 3
}

@test "too many bad rows are exit 3, and nothing is made" {
  { echo a,b; for i in {1..25}; do printf '1,2\n1,2\n1,2\n1,2,3\n'; done; } >r.csv
  answers 3 mlops ingest r.csv
  is "$output" ""
  is "$stderr" "error: 25 of 100 rows are bad; 1% or 10 rows is allowed
  r.csv:5: 3 fields where 2 are wanted
  r.csv:9: 3 fields where 2 are wanted
  r.csv:13: 3 fields where 2 are wanted
  r.csv:17: 3 fields where 2 are wanted
  r.csv:21: 3 fields where 2 are wanted

hint: mend the data, say how to read them (\`mlops help ingest\`), or allow more with \`--quarantine 5%\`"
  is "$(mlops data list)" ""
  answers 3 mlops ingest r.csv --json
  is "$(jq -r .error.id <<<"$stderr")" ingest.too_many_bad_rows
  answers 3 mlops ingest r.csv --quarantine 24
  answers 0 mlops ingest r.csv --quarantine 25% --quiet
  is "$(mlops data show r --json | jq -c '.items[0] | [.rows, .quarantine, .quarantine_limit]')" '[75,25,"25%"]'
}

@test "an ingest that fails keeps nothing" {
  printf 'a,b,c\n1,2,3\n4\n' >x.csv
  answers 3 mlops ingest x.csv --quarantine 0
  is "$(find .mlops/objects -type f)" ""
}

@test "a limit of 0 allows none, and no limit allows a table without rows" {
  printf 'a,b\n1,2\n3\n' >z.csv
  answers 3 mlops ingest z.csv --quarantine 0
  has "$stderr" "1 of 2 rows is bad; none is allowed"
  printf 'a,b\nx,y\n' >all.csv
  answers 3 mlops ingest all.csv --types a=BIGINT --header --quarantine 100%
}

# what cannot be read

@test "a file that is not there is exit 4 with a near miss" {
  printf 'a\n1\n' >churn.csv
  answers 4 mlops ingest chrun.csv
  is "$stderr" $'error: no file \'chrun.csv\'\n\nhint: a similar file exists: `churn.csv`'
  answers 4 mlops ingest 'none/*.csv'
  has "$stderr" "no file matches 'none/*.csv'"
  mkdir empty
  answers 4 mlops ingest empty
}

@test "an empty file is no data" {
  : >empty.csv
  answers 6 mlops ingest empty.csv
  is "$stderr" $'error: \'empty.csv\' is empty\n\nhint: nothing was recorded; is it the right file?'
}

@test "a pickle is named and never run" {
  printf '\x80\x04c__builtin__\nprint\n.' >model.pkl
  answers 6 mlops ingest model.pkl
  has "$stderr" "'model.pkl' is a Python pickle, which may run any code when it is read: it is never read"
  cp model.pkl table.csv
  answers 6 mlops ingest table.csv
  is "$(mlops data list)" ""
}

@test "other formats are told by name" {
  printf 'PK\003\004rest' >book.xlsx
  printf 'SQLite format 3\0' >base.csv
  printf '\x89PNG\r\n' >picture.dat
  answers 2 mlops ingest book.xlsx
  has "$stderr" "'book.xlsx' is a zip archive or a spreadsheet, which is not read"
  answers 2 mlops ingest base.csv
  has "$stderr" "'base.csv' is an SQLite database"
  answers 2 mlops ingest picture.dat
  has "$stderr" "'picture.dat' is a PNG picture"
  printf 'a,b\n1,\0\n' >zero.csv
  answers 6 mlops ingest zero.csv
  has "$stderr" "'zero.csv' is not text: it has 1 byte with the value zero"
}

@test "damaged Parquet, JSON and gzip are exit 6" {
  printf 'a\n1\n' | take good
  mlops data export good --out good.parquet --quiet
  head -c 100 good.parquet >cut.parquet
  echo not parquet >other.parquet
  printf '[{"a": 1' >cut.json
  gzip -n <good.csv | head -c 15 >cut.csv.gz
  answers 6 mlops ingest cut.csv.gz
  has "$stderr" "the gzip data ends too early"
  for file in cut.parquet other.parquet cut.json; do
    answers 6 mlops ingest $file
    has "$stderr" "$file"
    lacks "$stderr" .mlops
  done
  printf '\n\n' >blank.csv
  answers 6 mlops ingest blank.csv
  has "$stderr" "'blank.csv'"
}

@test "--header and --no-header exclude each other" {
  printf 'a\n1\n' >x.csv
  answers 2 mlops ingest x.csv --header --no-header
}

@test "words and wishes that cannot be name what could" {
  printf 'label,n\nx,1\n' >p.csv
  answers 2 mlops ingest
  has "$stderr" "there is nothing to ingest"
  answers 2 mlops ingest p.csv --delimitr ';'
  has "$stderr" 'a similar flag exists: `--delimiter`'
  answers 2 mlops ingest p.csv --pii labl
  is "$stderr" $'error: the pii column \'labl\' is not there\n\nhint: similar columns exist: `label`'
  answers 2 mlops ingest p.csv --types labl=VARCHAR
  has "$stderr" "a type is given for the column 'labl', which is not there"
  answers 2 mlops ingest p.csv --types n
  has "$stderr" "'--types' wants COLUMN=TYPE, not 'n'"
  answers 2 mlops ingest p.csv --types n=NUMBERLIKE
  has "$stderr" "NUMBERLIKE"
  answers 2 mlops ingest p.csv --quarantine some
  has "$stderr" "'some'"
  answers 2 mlops ingest p.csv --kind stolen
  answers 2 mlops ingest p.csv --encoding klingon
  answers 2 mlops ingest p.csv --delimiter ab
  answers 2 mlops ingest s3://lake/x.csv --name x
  has "$stderr" '`s3://` is not known'
  is "$(mlops data list)" ""
}

# personal data, files, origin

@test "personal data are masked in everything that is shown, and kept in the data" {
  printf 'id,email,age\n1,ana@example.org,31\n2,bo@example.org,x\n' >p.csv
  answers 0 mlops ingest p.csv --pii email --types age=BIGINT
  is "$stderr" $'warning: 1 row of p went to quarantine\n  p.csv:3: age: a value that does not fit'
  lacks "$output" example.org
  for words in "data head p" "data head p --quarantine" "data show p" "show p" "data profile p" "data list p" log \
    "ingest p" "ingest p -n"; do
    for form in "" --json --porcelain; do
      # shellcheck disable=SC2086
      answers 0 mlops $words $form
      lacks "$output$stderr" example.org
    done
  done
  for sql in 'SELECT * FROM p' 'SELECT max(email) FROM "p@v1"' "SELECT count(*) FROM p WHERE email LIKE '%ana%'" \
    'SELECT p::VARCHAR FROM p'; do
    answers 0 mlops data query "$sql"
    lacks "$output$stderr" ana
  done
  answers 0 mlops data export p
  has "$output" ana@example.org
}

@test "personal data are masked in the error of too many bad rows" {
  printf 'id,email\n1,ana@example.org\n' >p.csv
  for form in '' --json --porcelain -vv; do
    # shellcheck disable=SC2086
    answers 3 mlops ingest p.csv --pii email --types email=BIGINT $form
    lacks "$output$stderr" example.org
  done
}

@test "files that rows name are kept with the version" {
  mkdir -p set/img
  printf 'A' >set/img/a.png
  printf 'B' >set/img/b.png
  printf 'file,label\nimg/a.png,cat\nimg/b.png,dog\nimg/a.png,cat\n' >set/pics.csv
  answers 0 mlops ingest set/pics.csv --blob file --quiet
  answers 0 mlops show "$(mlops data show pics --json | jq -r .items[0].blobs)" --porcelain
  is "$output" $'img/a.png\t1\t0644\tsha256:559aead08264d5795d3909718cdd05abd49572e84fe55590eef31a88a08fdffd
img/b.png\t1\t0644\tsha256:df7e70e5021544f4834bbee64a9e3789febc4be81470df629cad6ddb03320a5c'
  printf 'file,label\nimg/z.png,cat\n' >set/lost.csv
  answers 4 mlops ingest set/lost.csv --blob file
  has "$stderr" "such as 'img/z.png'"
  printf 'file,label\n../../etc/passwd,cat\n' >set/out.csv
  answers 6 mlops ingest set/out.csv --blob file
  has "$stderr" "'../../etc/passwd', which is not beside the table"
  # nor is what a link draws in from elsewhere; one that stays is a file like others
  echo secret >elsewhere
  mkdir -p set/in
  echo pixels >set/in/a.png
  ln -s "$PWD/elsewhere" set/in/out.png
  ln -s a.png set/in/same.png
  printf 'file,label\nin/a.png,cat\nin/out.png,cat\n' >set/links.csv
  answers 6 mlops ingest set/links.csv --blob file
  has "$stderr" "'in/out.png', a link that leads out of the table's folder"
  printf 'file,label\nin/a.png,cat\nin/same.png,cat\n' >set/links.csv
  answers 0 mlops ingest set/links.csv --blob file
}

@test "what is seen to be no table at its first bytes makes no project" {
  : >empty.csv
  printf '%%PDF-1.7' >paper.csv
  answers 6 mlops ingest empty.csv
  answers 2 mlops ingest paper.csv
  answers 4 mlops ingest nothing.csv
  is "$(ls -A)" $'empty.csv\npaper.csv'
}

@test "whole numbers of 64 bits in a JSON array are kept" {
  printf '[{"a":9223372036854775808,"b":-3,"c":{"d":[1]},"e e":"x"},{"a":1,"b":2}]' >u.json
  printf '[{"a":9223372036854775808},{"a":-1}]' >v.json
  printf '[{"a":9223372036854775807,"s":"12345678901234567890123"},{"a":-1}]' >w.json
  answers 0 mlops ingest u.json v.json w.json --quiet
  is "$(types u)" $'a UBIGINT\nb BIGINT\nc STRUCT(d BIGINT[])\ne e VARCHAR'
  is "$(mlops data export u | cut -d, -f1,2)" $'a,b\n9223372036854775808,-3\n1,2'
  is "$(types v) $(mlops data export v)" $'a VARCHAR a\n9223372036854775808\n-1'
  is "$(types w)" $'a BIGINT\ns VARCHAR'
}

@test "JSON without objects is told in words of its own" {
  printf ' [ ]\n' >none.json
  printf '[1, 2]' >numbers.json
  printf '[[1,2]]' >lists.json
  printf '[{"a":1},2]' >mixed.json
  answers 6 mlops ingest none.json
  has "$stderr" "error: 'none.json' is an empty array: it holds no object"
  answers 6 mlops ingest numbers.json
  has "$stderr" "error: 'numbers.json' holds '1' where an object is wanted"
  answers 6 mlops ingest lists.json
  has "$stderr" "error: 'lists.json' holds '[1' where an object is wanted"
  answers 6 mlops ingest mixed.json
  has "$stderr" "error: 'mixed.json' holds values that are no objects"
}

@test "where data come from is written down" {
  printf 'a\n1\n' | take x --kind third-party --party 'Ana & Co' --licence 'CC BY 4.0' --price '10 EUR' --url https://example.org/x
  is "$(mlops data show x --json | jq -c '.items[0] | [.kind, .party, .licence, .price, .url]')" \
    '["third-party","Ana & Co","CC BY 4.0","10 EUR","https://example.org/x"]'
  has "$(cat mlops.yaml)" 'licence: CC BY 4.0'
  answers 0 mlops ingest --porcelain
  is "$(cut -f3 <<<"$output")" unchanged
}

# the record of Carlos Pérez

@test "a nested record and its flat neighbour survive unharmed" {
  record='{"firstName": "Carlos", "lastName": "Pérez", "age": 20, "address": {"streetAddress": "Rivadavia", "city": "Rosario", "country": "Argentina"}}'
  printf %s "$record" >person.json
  printf 'firstName,lastName,age,streetAddress,city,country\nCarlos,Pérez,20,Rivadavia,Rosario,Argentina\n' >flat.csv
  answers 0 mlops ingest person.json flat.csv --quiet
  is "$(mlops data head person --json | sed -n 2p)" "$record"
  mlops data export person --format jsonl | cmp - <(jq -c . person.json)
  mlops data export flat | cmp - flat.csv
  is "$(mlops data export person --format json | jq -c '.[0]')" "$(jq -c . person.json)"
  answers 0 mlops data query 'SELECT firstName, lastName, age, address.streetAddress, address.city, address.country FROM person' --porcelain
  nested=$output
  answers 0 mlops data query 'SELECT * FROM flat' --porcelain
  is "$output" "$nested"
  is "$output" $'Carlos\tPérez\t20\tRivadavia\tRosario\tArgentina'
  mlops data export person --out person.parquet --quiet
  answers 0 mlops ingest person.parquet --name again --quiet
  is "$(mlops data show again --json | jq -r .items[0].table)" "$(mlops data show person --json | jq -r .items[0].table)"
}

# the machine and its ends

@test "without HOME everything works" {
  printf 'a\n1\n' >x.csv
  answers 0 env -u HOME -u XDG_CONFIG_HOME -u XDG_CACHE_HOME -u XDG_STATE_HOME mlops ingest x.csv --quiet
  answers 0 env -u HOME -u XDG_CONFIG_HOME -u XDG_CACHE_HOME -u XDG_STATE_HOME mlops data list
}

@test "an ingest that is killed leaves a sound store, and works again" {
  { echo a,b; yes '1,some words' | head -400000; } >big.csv
  for wait in 0.004 0.02 0.1 0.3 0.6; do
    mlops ingest big.csv --quiet >/dev/null 2>&1 &
    sleep $wait
    kill -9 $! 2>/dev/null || true
    wait $! || true
    # `format` is the last file of a new store: without it nothing was promised yet.
    if [[ -f .mlops/format ]]; then answers 0 mlops store fsck; fi
  done
  answers 0 mlops ingest big.csv --quiet
  is "$(version_of big)" 1
  answers 0 mlops store fsck
  is "$(mlops store du --porcelain | sed -n 's/^temporary\t\([0-9]*\).*/\1/p')" 0
}

@test "of two ingests of one source at once one wins, and both are told" {
  printf 'a\n1\n' >x.csv
  for i in 1 2 3; do (mlops ingest x.csv >"out.$i" 2>"err.$i"; echo $? >"code.$i") & done
  wait
  for i in 1 2 3; do
    [[ $(cat code.$i) == 0 ]] || { is "$(cat code.$i)" 5 && has "$(cat err.$i)" "was moved by another command"; }
  done
  is "$(mlops data list x --porcelain | wc -l)" 1
  answers 0 mlops store fsck
}

@test "ingests of different sources at once do not disturb each other" {
  for i in 1 2 3; do printf 'a\n%d\n' "$i" >"s$i.csv"; done
  for i in 1 2 3; do mlops ingest "s$i.csv" --quiet >/dev/null & done
  wait
  is "$(mlops data list --porcelain | cut -f1-2)" $'s1\t1\ns2\t1\ns3\t1'
  is "$(grep -c '^sources/' mlops.lock)" 3
  is "$(grep -c 'from: s' mlops.yaml)" 3
}

@test "several datasets at once are a line each, and whole in JSON" {
  printf 'a\n1\n' >x.csv
  printf 'b\n2\n' >y.csv
  answers 0 mlops ingest x.csv y.csv
  is "$(wc -l <<<"$output")" 2
  lacks "$output" BIGINT
  answers 0 mlops ingest x.csv y.csv --accept-schema --json
  is "$(jq -c '[.items[].columns[0].type]' <<<"$output")" '["BIGINT","BIGINT"]'
}

@test "train.csv and test.csv get names that the project file allows" {
  printf 'a\n1\n' | tee train.csv >test.csv
  answers 0 mlops ingest train.csv test.csv
  has "$stderr" "called train_data: 'train' has a meaning of its own in mlops.yaml"
  is "$(mlops data list --porcelain | cut -f1 | paste -sd' ')" "test_data train_data"
  answers 0 mlops ingest train.csv test.csv --json
  is "$(jq -sc '[.[].items[].state]' <<<"$output")" '["unchanged","unchanged"]'
  lacks "$stderr" "called"
  printf 'a\n1\n' >valid_data.csv
  answers 0 mlops ingest valid_data.csv
  lacks "$stderr" "called"
  answers 4 mlops train run test_data
  has "$stderr" '`--data test_data` trains on the dataset'
}
