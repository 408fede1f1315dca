# Sources at http and https, against a real server.
# shellcheck disable=SC2154
load lib
load seed
load web

setup() {
  enter_fresh_project
  mkdir www
  printf 'id,name\n1,ana\n2,bo\n' >www/people.csv
}

teardown() {
  stop_web
  umount "$BATS_TEST_TMPDIR/disk" 2>/dev/null || true
}

# write_source NAME URL...: a project of one source.
write_source() {
  local name=$1
  shift
  printf 'mlops: 1\nsources:\n  %s:\n    from: [%s]\n' "$name" "$(printf "'%s', " "$@" | sed 's/, $//')" >mlops.yaml
}

@test "a URL is a source, by the name of its file" {
  start_web
  answers 0 mlops ingest "$web/people.csv?key=abc" --quiet
  is "$(values people)" $'[1,"ana"]\n[2,"bo"]'
  has "$(<mlops.yaml)" "from: $web/people.csv?key=abc"
  has "$(<mlops.lock)" "seen: {'$web/people.csv?key=abc': {etag: '\"" || cat mlops.lock >&2
  is "$(mlops show people --json | jq -r '.items[0].from[0]')" "$web/people.csv?key=abc"
}

@test "what the server says is as it was makes no version and is not sent" {
  start_web
  mlops ingest "$web/people.csv" --quiet
  cp mlops.lock before
  answers 0 mlops ingest --json
  is "$(jq -r '.items[0].state, .items[0].version' <<<"$output")" $'unchanged\n1'
  has "$(tail -1 "$asked")" 'If-None-Match: "'
  is "$(<mlops.lock)" "$(<before)"
}

@test "the same bytes without a validator make no version either; a new ETag is noted" {
  start_web
  mlops ingest "$web/plain/people.csv" --quiet
  answers 0 mlops ingest --json
  is "$(jq -r '.items[0].state' <<<"$output")" unchanged
  lacks "$(<mlops.lock)" seen
}

@test "other bytes are the next version" {
  start_web
  mlops ingest "$web/people.csv" --quiet
  echo '3,cy' >>www/people.csv
  answers 0 mlops ingest --json
  is "$(jq -r '.items[0].state, .items[0].version, .items[0].rows' <<<"$output")" $'new\n2\n3'
}

@test "several URLs are one table, and only what changed is sent" {
  start_web
  printf 'id,name\n3,cy\n' >www/more.csv
  write_source people "$web/people.csv" "$web/more.csv"
  answers 0 mlops ingest --quiet
  is "$(values people)" $'[1,"ana"]\n[2,"bo"]\n[3,"cy"]'
  printf 'id,name\n4,di\n' >www/more.csv
  : >"$asked"
  answers 0 mlops ingest --quiet
  is "$(values people)" $'[1,"ana"]\n[2,"bo"]\n[4,"di"]'
  is "$(grep -c If-None-Match "$asked")" 2
}

@test "what was not kept is fetched again when another part is new" {
  start_web
  printf 'id,name\n3,cy\n' >www/more.csv
  write_source people "$web/people.csv" "$web/more.csv"
  printf '    transform: SELECT id FROM people\n    raw: drop\n' >>mlops.yaml
  answers 0 mlops ingest --quiet
  answers 0 mlops ingest --json
  is "$(jq -r '.items[0].state' <<<"$output")" unchanged
  printf 'id,name\n4,di\n' >www/more.csv
  answers 0 mlops ingest --quiet
  is "$(values people | paste -sd' ')" '[1] [2] [4]'
  ! grep -rqs 'bo$' .mlops || false
}

@test "a full disk is to be tried again, and leaves nothing" {
  mkdir "$BATS_TEST_TMPDIR/disk"
  mount -t tmpfs -o size=4m tmpfs "$BATS_TEST_TMPDIR/disk" || skip "mounting is not allowed here"
  awk 'BEGIN { for (i = 0; i < 500000; ++i) print "row " i "," i }' >www/big.csv
  start_web
  (cd "$BATS_TEST_TMPDIR/disk" && answers 75 mlops ingest "$web/big.csv" && has "$stderr" 'the disk has no room for more' &&
    answers 75 mlops ingest "$web/plain/big.csv" && is "$(find .mlops -type f -path '*tmp*' -size +0 | head)" "")
}

@test "compressed files, and a coding that nobody asked for" {
  start_web
  gzip -kn www/people.csv
  zstd -q www/people.csv
  for path in people.csv.gz people.csv.zst gzip/people.csv; do
    answers 0 mlops ingest "$web/$path" --name "p${path//[^a-z]/}" --quiet
    is "$(values "p${path//[^a-z]/}")" $'[1,"ana"]\n[2,"bo"]'
  done
}

@test "a clone without the bytes fetches them again" {
  start_web
  mlops ingest "$web/people.csv" --quiet
  mkdir ../clone && cp mlops.yaml mlops.lock ../clone && cd ../clone
  answers 0 mlops ingest --quiet
  is "$(mlops data show people --json | jq -r '.items[0].raw')" "$(cd ../project && mlops data show people --json | jq -r '.items[0].raw')"
  cmp mlops.lock ../project/mlops.lock
}

@test "what is not there is 4, what is refused is 1, with the way to a password" {
  start_web
  answers 4 mlops ingest "$web/absent.csv"
  is "$stderr" "error: there is no '$web/absent.csv': 404 Not Found"
  answers 1 mlops ingest "$web/login/people.csv"
  has "$stderr" "'$web/login/people.csv' is refused: 401 Unauthorized"
  has "$stderr" "\`machine 127.0.0.1 login NAME password SECRET\`"
  echo 'machine 127.0.0.1 login ana password s3cret' >"$HOME/.netrc"
  answers 0 mlops ingest "$web/login/people.csv" --quiet
  ! grep -r s3cret . || false
}

@test "a password in a URL is refused, on the command line and in the file" {
  answers 2 mlops ingest https://ana:s3cret@example.org/x.csv
  has "$stderr" "a URL for 'example.org' with a name or a password in it"
  lacks "$stderr" s3cret
  [ ! -e mlops.yaml ]
}

@test "a server that fails or has enough is asked again" {
  start_web
  answers 0 mlops ingest "$web/flaky/2/people.csv" --name flaky --quiet
  answers 0 mlops ingest "$web/later/1/people.csv" --name later --quiet
  answers 75 mlops ingest "$web/later/3600/people.csv" --name much
  has "$stderr" 'asked too often: 429'
  has "$stderr" 'it says to come back in 3600 s'
}

@test "a cut download goes on where it was cut" {
  start_web
  awk 'BEGIN { print "n"; for (i = 0; i < 200000; ++i) print i }' >www/big.csv
  answers 0 mlops ingest "$web/cut/big.csv" --name big --json
  is "$(jq .items[0].rows <<<"$output")" 200000
  has "$(tail -1 "$asked")" "Range: bytes=$(($(stat -c %s www/big.csv) / 2))- If-Range: \"$(md5sum <www/big.csv | cut -d' ' -f1)\""
}

@test "a length that is never reached is tried, and told" {
  start_web
  answers 75 mlops ingest "$web/short/people.csv"
  has "$stderr" "'$web/short/people.csv' broke off"
  is "$(wc -l <"$asked")" 5
}

@test "a page of HTML is told for what it is" {
  start_web
  answers 6 mlops ingest "$web/html" --name page
  has "$stderr" "is a page of HTML, not data"
  [ ! -e .mlops/refs/sources/page ]
  printf '<html>oops</html>\n' >saved.csv
  answers 6 mlops ingest saved.csv
  has "$stderr" "'saved.csv' is a page of HTML, not data"
}

@test "redirects end, and lead to the web only" {
  start_web
  answers 0 mlops ingest "$web/to?$web/people.csv" --name far --quiet
  answers 1 mlops ingest "$web/loop" --name loop
  has "$stderr" 'leads on and on: 10 redirects were followed'
  answers 1 mlops ingest "$web/to?file:///etc/passwd" --name local
  has "$stderr" "leads to 'file:///etc/passwd', which is neither http nor https"
}

@test "nobody listens, no such host" {
  start_web
  stop_web
  answers 75 mlops ingest "$web/people.csv"
  has "$stderr" "cannot connect to '127.0.0.1'"
  # 4 where the name server says that there is none, 75 where it does not answer: as the system's own resolver has it.
  wanted=$(/usr/bin/python3 -c '
import socket
try:
    socket.getaddrinfo("nosuchhost.invalid", None)
except socket.gaierror as e:
    print(75 if e.errno == socket.EAI_AGAIN else 4)')
  answers "$wanted" mlops ingest https://nosuchhost.invalid/people.csv
  has "$stderr" nosuchhost.invalid
}

@test "a certificate that nobody vouches for is refused, and can be trusted by name" {
  openssl req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out ca.pem -days 2 -subj /CN=localhost \
    -addext subjectAltName=IP:127.0.0.1 2>/dev/null
  start_web ca.pem key.pem
  answers 1 mlops ingest "$web/people.csv"
  has "$stderr" "the certificate of '127.0.0.1' is not trusted: self-signed certificate"
  has "$stderr" SSL_CERT_FILE=ca.pem
  answers 0 env SSL_CERT_FILE=ca.pem mlops ingest "$web/people.csv" --quiet
  answers 1 env SSL_CERT_FILE=ca.pem mlops ingest "$web/to?http://127.0.0.1:1/people.csv" --name down
  has "$stderr" 'which is not encrypted'
  answers 1 env SSL_CERT_FILE=ca.pem mlops ingest "${web/127.0.0.1/localhost}/people.csv" --name other
  has "$stderr" "the certificate of 'localhost' is not trusted"
}

@test "a proxy of the environment is asked" {
  start_web
  answers 0 env http_proxy="$web" mlops ingest http://nowhere.invalid/people.csv --quiet
  has "$(<"$asked")" 'GET http://nowhere.invalid/people.csv'
}

@test "Ctrl-C during a download leaves nothing" {
  start_web
  for kind in endless drip; do
    mlops ingest "$web/$kind" --name "$kind" >out 2>err 3>&- &
    pid=$!
    until grep -q "GET /$kind" "$asked"; do kill -0 $pid && sleep 0.05; done
    start=$(date +%s%N)
    # What the shell starts in the background ignores Ctrl-C; SIGTERM goes the same way.
    kill -TERM $pid
    ended=0
    wait $pid || ended=$?
    is "$ended" 143
    (($(date +%s%N) - start < 5000000000))
    answers 4 mlops data show "$kind"
  done
}
