# Sources in SQLite: tables, views, queries, and what is new in them.
# shellcheck disable=SC2154
load lib
load seed

setup() {
  enter_fresh_project
  sql "CREATE TABLE customers (id INTEGER PRIMARY KEY, name TEXT, age INTEGER, score REAL, seen TEXT);
    INSERT INTO customers VALUES (1, 'Ana', 30, 1.5, '2026-01-01'), (2, '', 31, 2, '2026-01-02'),
      (3, 'a ''b'' \"c\", d', NULL, NULL, '2026-01-02')"
}

sql() { sqlite3 crm.db "$@"; }

# write_source LINE...: a project of the source `customers` with these keys.
write_source() {
  printf 'mlops: 1\nsources:\n  customers:\n' >mlops.yaml
  printf '    %s\n' "$@" >>mlops.yaml
}

state() { jq -r '.items[0].state' <<<"$output"; }

@test "a table is a source: types by values, empty texts and quotes as they are" {
  answers 0 mlops ingest sqlite://crm.db/customers --quiet
  is "$(types customers)" $'id BIGINT\nname VARCHAR\nage BIGINT\nscore DOUBLE\nseen DATE'
  is "$(values customers)" '[1,"Ana",30,1.5,"2026-01-01"]
[2,"",31,2,"2026-01-02"]
[3,"a '"'b' \\\"c\\\""', d",null,null,"2026-01-02"]'
  has "$(<mlops.yaml)" 'from: sqlite://crm.db/customers'
}

@test "unchanged rows make no version, whatever happened to the file" {
  mlops ingest sqlite://crm.db/customers --quiet
  sql "CREATE TABLE other (x); PRAGMA journal_mode = WAL" >/dev/null
  answers 0 mlops ingest --json
  is "$(state)" unchanged
  sql "UPDATE customers SET age = 32 WHERE id = 2"
  answers 0 mlops ingest --json
  is "$(state)" new
}

@test "an absolute path, a view, a query" {
  sql "CREATE VIEW old AS SELECT id, age + 1 AS next FROM customers WHERE age > 30"
  answers 0 mlops ingest "sqlite://$PWD/crm.db/old" --quiet
  is "$(values old)" '[2,32]'
  write_source 'from: sqlite://crm.db' 'query: SELECT count(*) AS n, max(age) AS age FROM customers;'
  answers 0 mlops ingest --quiet
  is "$(values customers)" '[3,31]'
}

@test "values of every kind: 64 bits, bytes, infinity, zero bytes, line ends" {
  sql "CREATE TABLE k (big INTEGER, bytes BLOB, far REAL, flag BOOLEAN, text TEXT, mixed, zip TEXT);
    INSERT INTO k VALUES (9223372036854775807, x'00ff', 9e999, 1, 'a' || char(10) || 'b', 1, '00123'),
      (-9223372036854775808, NULL, -9e999, 0, '\\N', 'x', '7'), (0, x'', 0.1, NULL, CAST(x'61ff' AS TEXT), 2.5, '8')"
  answers 0 mlops ingest sqlite://crm.db/k --quiet
  is "$(types k)" $'big BIGINT\nbytes BLOB\nfar DOUBLE\nflag BOOLEAN\ntext VARCHAR\nmixed VARCHAR\nzip VARCHAR'
  is "$(mlops data query "SELECT big::VARCHAR AS big, hex(bytes) AS bytes, far = 'inf'::DOUBLE AS far, flag, text, mixed, zip FROM k" --json |
    jq -c '.items[] | [.[]]')" '["9223372036854775807","00FF",true,true,"a\nb","1","00123"]
["-9223372036854775808",null,false,false,"\\N","x","7"]
["0","",false,null,"a�","2.5","8"]'
}

@test "texts in a column of numbers go to quarantine with their rowid" {
  sql "INSERT INTO customers VALUES (17, 'Di', 'old', 1, '2026-01-03'), (19, 'Ed', 40, 'much', '2026-01-03')"
  answers 0 mlops ingest sqlite://crm.db/customers --quiet
  is "$(types customers | head -4)" $'id BIGINT\nname VARCHAR\nage BIGINT\nscore DOUBLE'
  is "$(bad customers)" $'17 age "old" is no BIGINT\n19 score "much" is no DOUBLE'
  is "$(values customers | wc -l)" 3
}

@test "what is not there, is none, or names none is told with what is near" {
  answers 4 mlops ingest sqlite://crm.db/custmers
  is "$stderr" "error: the database 'crm.db' has no table 'custmers'

hint: a similar table exists: \`customers\`"
  answers 4 mlops ingest sqlite://cmr.db/customers
  has "$stderr" "no file 'cmr.db'"
  has "$stderr" '`crm.db`'
  answers 2 mlops ingest sqlite://crm.db
  has "$stderr" '`sqlite://crm.db/TABLE`; it has `customers`'
  echo 'a,b' >text.db
  answers 6 mlops ingest sqlite://text.db/customers
  has "$stderr" "'$PWD/text.db' is not a database"
  answers 2 mlops ingest crm.db
  has "$stderr" '`sqlite://crm.db/TABLE`'
  write_source 'from: sqlite://crm.db' 'query: SELECT nme FROM customers'
  answers 2 mlops ingest
  has "$stderr" 'no such column: nme'
  write_source 'from: sqlite://crm.db' 'query: DELETE FROM customers'
  answers 2 mlops ingest
  is "$(sql 'SELECT count(*) FROM customers')" 3
}

@test "a damaged database" {
  sql "CREATE TABLE many (x); WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 20000)
    INSERT INTO many SELECT 'row ' || i FROM n"
  dd if=/dev/urandom of=crm.db bs=4096 seek=5 count=20 conv=notrunc status=none
  answers 6 mlops ingest sqlite://crm.db/many
  has "$stderr" 'is damaged'
  answers 4 mlops data show many
}

@test "a database that is locked is waited for, and then to be tried later" {
  mkfifo in
  sqlite3 -cmd '.timeout 60000' crm.db <in 3>&- & # whoever asks below may have it at that moment
  pid=$!
  exec 9>in
  echo 'BEGIN EXCLUSIVE;' >&9
  until ! sqlite3 crm.db 'SELECT count(*) FROM customers' 2>/dev/null; do sleep 0.05; done
  answers 75 mlops ingest sqlite://crm.db/customers
  has "$stderr" "crm.db' is locked by another process"
  echo 'COMMIT;' >&9
  exec 9>&-
  wait $pid
  answers 0 mlops ingest sqlite://crm.db/customers --quiet
}

@test "a database that is being written is read as of one moment" {
  sql 'PRAGMA journal_mode = WAL' >/dev/null
  mkfifo in
  sqlite3 -cmd '.timeout 60000' crm.db <in 3>&- &
  pid=$!
  exec 9>in
  echo "BEGIN IMMEDIATE; INSERT INTO customers VALUES (9, 'Zoe', 1, 1, '2026-02-01');" >&9
  until ! sqlite3 crm.db 'BEGIN IMMEDIATE; ROLLBACK' 2>/dev/null; do sleep 0.05; done
  answers 0 mlops ingest sqlite://crm.db/customers --quiet
  is "$(values customers | wc -l)" 3
  echo 'COMMIT;' >&9
  exec 9>&-
  wait $pid
  answers 0 mlops ingest --quiet
  is "$(values customers | wc -l)" 4
}

@test "a cursor reads what is new and adds it; equal values are neither lost nor doubled" {
  write_source 'from: sqlite://crm.db/customers' 'cursor: seen'
  answers 0 mlops ingest --quiet
  has "$(<mlops.lock)" '2026-01-02'
  answers 0 mlops ingest --json
  is "$(state)" unchanged
  # Late rows of the very value that was the greatest, one of them as another that is known.
  sql "INSERT INTO customers VALUES (4, 'Late', 1, 1, '2026-01-02'), (5, '', 31, 2, '2026-01-02')"
  answers 0 mlops ingest --quiet
  is "$(mlops data query 'SELECT id FROM customers ORDER BY id' --json | jq -c '[.items[].id]')" '[1,2,3,4,5]'
  answers 0 mlops ingest --json
  is "$(state)" unchanged
  sql "INSERT INTO customers VALUES (6, 'New', 1, 1, '2026-01-09'); UPDATE customers SET age = 99, seen = '2026-01-10' WHERE id = 1"
  answers 0 mlops ingest --quiet
  is "$(mlops data query 'SELECT id, age FROM customers WHERE id IN (1, 6) ORDER BY seen' --json | jq -c '[.items[] | [.id, .age]]')" \
    '[[1,30],[6,1],[1,99]]'
  is "$(mlops data show customers --json | jq '.items[0].raw_files')" 3
}

@test "what else is said of a source with a cursor loses no history" {
  write_source 'from: sqlite://crm.db/customers' 'cursor: id'
  answers 0 mlops ingest --quiet
  sql "DELETE FROM customers WHERE id = 1; INSERT INTO customers VALUES (9, 'Zoe', 1, 1, '2026-02-01')"
  write_source 'from: sqlite://crm.db/customers' 'cursor: id' 'licence: internal use' 'transform: SELECT id FROM customers'
  answers 0 mlops ingest --quiet
  is "$(values customers | paste -sd' ')" '[1] [2] [3] [9]'
}

@test "a cursor of numbers is compared as numbers" {
  sql "CREATE TABLE log (n INTEGER, what TEXT); INSERT INTO log VALUES (9, 'a'), (10, 'b')"
  write_source 'from: sqlite://crm.db/log' 'cursor: n'
  answers 0 mlops ingest --quiet
  sql "INSERT INTO log VALUES (11, 'c'), (8, 'too late'), (100, 'd')"
  answers 0 mlops ingest --quiet
  is "$(values customers)" $'[9,"a"]\n[10,"b"]\n[11,"c"]\n[100,"d"]'
}

@test "a cursor without a value or of mixed kinds is refused" {
  write_source 'from: sqlite://crm.db/customers' 'cursor: score'
  answers 3 mlops ingest
  has "$stderr" "'score' cannot be the cursor of 'customers': rows have no value in it"
  sql "UPDATE customers SET score = 'much' WHERE id = 3"
  answers 3 mlops ingest
  has "$stderr" 'it holds texts and numbers'
  write_source 'from: sqlite://crm.db/customers' 'cursor: sen'
  answers 4 mlops ingest
  has "$stderr" '`seen`'
}

@test "rows that are gone behind a cursor are told" {
  write_source 'from: sqlite://crm.db/customers' 'cursor: id'
  answers 0 mlops ingest --quiet
  sql 'DELETE FROM customers WHERE id > 1'
  answers 0 mlops ingest
  has "$stderr" "every 'id' of customers is less than 3"
}

@test "another schema is told, and taken when it is accepted" {
  write_source 'from: sqlite://crm.db/customers' 'cursor: id'
  answers 0 mlops ingest --quiet
  sql "ALTER TABLE customers ADD COLUMN plan TEXT; INSERT INTO customers VALUES (9, 'Zoe', 1, 1, '2026-02-01', 'pro')"
  answers 5 mlops ingest
  has "$stderr" '+ plan VARCHAR'
  answers 0 mlops ingest --accept-schema --quiet
  is "$(mlops data query 'SELECT id, plan FROM customers ORDER BY id' --json | jq -c '[.items[] | [.id, .plan]]')" \
    '[[1,null],[2,null],[3,null],[9,"pro"]]'
}

@test "most rows gone is a warning" {
  sql "WITH RECURSIVE n(i) AS (SELECT 10 UNION ALL SELECT i + 1 FROM n WHERE i < 100) INSERT INTO customers SELECT i, 'x', i, i, '2026-01-03' FROM n"
  mlops ingest sqlite://crm.db/customers --quiet
  sql 'DELETE FROM customers WHERE id > 20'
  answers 0 mlops ingest
  has "$stderr" 'customers has 14 rows, and v1 had 94: is that as it should be?'
}

@test "a transform keeps what it makes, beside what came" {
  write_source 'from: sqlite://crm.db/customers' 'transform: SELECT id, age * 2 AS twice FROM customers WHERE age IS NOT NULL'
  answers 0 mlops ingest --quiet
  is "$(types customers)" $'id BIGINT\ntwice BIGINT'
  is "$(values customers)" $'[1,60]\n[2,62]'
  has "$(<mlops.lock)" 'name: VARCHAR'
  cp mlops.lock before
  answers 0 mlops ingest --json
  is "$(state)" unchanged
  cmp before mlops.lock
  sed -i 's/\* 2/* 3/' mlops.yaml
  answers 0 mlops ingest --quiet
  is "$(values customers)" $'[1,90]\n[2,93]'
}

@test "raw: drop leaves nothing of what came, and says so" {
  write_source 'from: sqlite://crm.db/customers' 'transform: SELECT id, length(name) AS letters FROM customers' 'raw: drop' 'quarantine: 50%'
  sql "INSERT INTO customers VALUES (7, 'Secret Name', 'Secret Age', 1, '2026-01-03')"
  answers 0 mlops ingest --quiet
  is "$(values customers)" $'[1,3]\n[2,0]\n[3,12]'
  is "$(bad customers)" '7 age a value that does not fit'
  while read -r file; do
    lacks "$(tr -d '\0' <"$file")" Secret
    lacks "$(tr -d '\0' <"$file")" Ana,
  done < <(find .mlops -type f)
  mlops show "$(mlops data show customers --json | jq -r '.items[0].digest')" --json |
    jq -e '.items[0].raw | .tree == null and (.dropped | length == 64)'
  is "$(mlops data show customers --json | jq -r '.items[0].raw')" null
  answers 0 mlops store fsck
  answers 0 mlops ingest --json
  is "$(state)" unchanged
}

@test "a transform that may not be is refused" {
  for wrong in 'SELECT * FROM other' 'SELECT 1 AS a' "SELECT * FROM read_csv('/etc/passwd')" 'SELECT now() AS t, * FROM customers' \
    'SELECT random() AS r FROM customers' "COPY customers TO ''x''" 'SELECT nme FROM customers'; do
    write_source 'from: sqlite://crm.db/customers' "transform: '$(sed "s/''/'/g; s/'/''/g" <<<"$wrong")'"
    run --separate-stderr mlops ingest
    [[ $status == 2 || $status == 4 ]] || { echo "$wrong: $status $stderr" >&2 && false; }
    [ ! -e .mlops/refs/sources/customers ]
  done
  has "$stderr" nme
}

# planned: what a plan says of the source.
planned() { mlops plan sources --porcelain | cut -f 2; }

@test "a database whose files are as they were is fresh, with a log beside it as well" {
  settled
  mlops ingest sqlite://crm.db/customers --quiet
  is "$(planned)" fresh
  answers 0 mlops status
  has "$stderr" "all is well"
  sql 'PRAGMA journal_mode = WAL' >/dev/null
  is "$(planned)" "would ingest"
  settled
  mlops run sources --quiet >/dev/null
  is "$(planned)" fresh
  # Who reads a database with a log may make an empty one, and take it away.
  sql 'SELECT count(*) FROM customers' >/dev/null
  : >>crm.db-wal
  is "$(planned)" fresh
  # A writer that stays: what it wrote is in the log alone.
  coproc writer { sqlite3 crm.db 3>&-; }
  echo "UPDATE customers SET age = 32 WHERE id = 2; SELECT 'written';" >&"${writer[1]}"
  read -r line <&"${writer[0]}"
  is "$line" written
  [[ -s crm.db-wal ]]
  is "$(planned)" "would ingest"
  settled
  answers 0 mlops run sources --porcelain
  is "$(cut -f 1-3 <<<"$output")" $'sources/customers\tingested\t2'
  is "$(planned)" fresh
  # What it leaves in the file itself when it goes is no other value.
  eval "exec ${writer[1]}>&-"
  wait "${writer_PID:-}"
  [[ ! -s crm.db-wal ]]
  is "$(planned)" "would ingest"
  settled
  answers 0 mlops run sources --porcelain
  is "$(cut -f 2 <<<"$output")" fresh
  is "$(planned)" fresh
}

@test "a view or a query that may ask for the time is asked each time" {
  sql "CREATE VIEW recent AS SELECT id FROM customers WHERE seen > date('now', '-100 years');
    CREATE VIEW old AS SELECT id FROM customers WHERE age > 30"
  settled
  mlops ingest sqlite://crm.db/recent --quiet
  is "$(planned)" "would ingest"
  mlops ingest sqlite://crm.db/customers --quiet
  is "$(planned)" $'would ingest\nfresh'
  write_source 'from: sqlite://crm.db' 'query: SELECT id FROM recent'
  mlops ingest --quiet --accept-schema
  is "$(planned)" "would ingest"
  sql 'DROP VIEW recent'
  write_source 'from: sqlite://crm.db' 'query: SELECT id FROM old'
  settled
  mlops ingest --quiet --accept-schema
  is "$(planned)" fresh
  write_source 'from: sqlite://crm.db' 'query: SELECT id, random() AS r FROM old'
  mlops ingest --quiet --accept-schema
  is "$(planned)" "would ingest"
}

@test "a database that is gone leaves what was read of it" {
  mlops ingest sqlite://crm.db/customers --quiet
  rm crm.db
  answers 0 mlops run sources --porcelain
  is "$(cut -f 1-3 <<<"$output")" $'sources/customers\tfresh\t1'
  is "$stderr" "no file 'crm.db'; customers@v1 stays"
}
