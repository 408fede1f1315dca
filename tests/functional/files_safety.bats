# Files and folders as versions: commands that are killed, several at once, and `mlops store gc`.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load files

setup() { enter_files; }

@test "a checkout that was killed is completed by the next one" {
  many images 1000 first
  mlops data add images -q >/dev/null
  one=$(looks images)
  many images 1000 second
  mlops data add images -q >/dev/null
  killed=no
  for delay in 0.4 0.2 0.1 0.05 0.02; do
    mlops data checkout images@v1 --force -q >/dev/null 2>&1 3>&- &
    sleep $delay
    kill -9 $! 2>/dev/null || true
    wait $! 2>/dev/null || true
    firsts=$(grep -rl '^first ' images | wc -l)
    is "$(find images -type f -size 0)" ""
    [[ $firsts == 0 || $firsts == 1000 ]] || killed=yes
    mlops data checkout images@v1 -q >/dev/null
    is "$(looks images)" "$one"
    [[ $killed == no ]] || break
    mlops data checkout images@v2 -q >/dev/null
  done
  [[ $killed == yes ]] || skip "too quick to be killed here"
  # Half of a folder that was not there is nowhere.
  rm -r images
  mlops data checkout -q >/dev/null 2>&1 3>&- &
  sleep 0.15
  kill -9 $! 2>/dev/null || true
  wait $! 2>/dev/null || true
  [[ ! -e images ]] || is "$(looks images)" "$one"
  is "$(find . -maxdepth 1 -name '*new*')" ""
  mlops data checkout -q
  is "$(looks images)" "$one"
  sound
}

@test "a checkout that is interrupted says so, and the next one completes it" {
  many images 4000 first
  mlops data add images -q >/dev/null
  one=$(looks images)
  many images 4000 second
  mlops data add images -q >/dev/null
  for signal in INT:130 TERM:143; do
    # In the foreground: else it comes twice, and the second one ends it without ceremony.
    for delay in 0.2 0.1 0.05 0.02; do
      many images 4000 second
      run timeout --foreground --preserve-status -s "${signal%:*}" $delay mlops data checkout images@v1 --force
      [[ $status == 0 ]] || break
    done
    [[ $status != 0 ]] || skip "too quick to be interrupted here"
    is "$status" "${signal#*:}"
    is "$(find .mlops/tmp -mindepth 1)" ""
    # What it came to, and no file in between.
    is "$(mlops data status -q | wc -l)" "$(grep -rl '^first ' images | wc -l)"
    is "$(cat images/*/*.txt | grep -cE '^(first|second) [0-9]+$')" 4000
  done
  mlops data checkout images@v1 -q >/dev/null
  is "$(looks images)" "$one"
}

@test "two adds of different paths at once" {
  many a 300 a
  many b 300 b
  for round in 1 2 3; do
    mlops data add a -q >/dev/null 3>&- &
    one=$!
    mlops data add b -q >/dev/null 3>&- &
    wait $one
    wait $!
    is "$(grep -c '^files/' mlops.lock)" 2
    is "$(differences)" ""
    echo "$round" >>a/1/1.txt
    echo "$round" >>b/1/1.txt
  done
  is "$(add a b)" $'a 4 300 added\nb 4 300 added'
  sound
}

@test "two adds of the same path at once make each version once" {
  many images 300
  for version in 1 2 3 4; do
    echo "$version" >images/new
    mlops data add images -q --porcelain >one 3>&- &
    first=$!
    mlops data add images -q --porcelain >two 3>&- &
    wait $first
    wait $!
    is "$(cat one two | cut -f1,2,5 | sort | xargs)" "images $version added images $version unchanged"
    is "$(wc -l <.mlops/refs/files/images)" "$version"
  done
  sound
}

@test "gc takes what a killed add left, and no version" {
  two_versions
  many more 2000
  head -c 50000000 /dev/urandom >more/big
  mlops data add more -q >/dev/null 2>&1 3>&- &
  until [[ -n $(find .mlops/tmp -type f -size +1M) ]]; do sleep 0.01; done
  kill -9 $!
  wait $! || true
  [[ ! -e .mlops/refs/files/more && -n $(find .mlops/tmp -type f) ]]
  rm -r more
  for _ in 1 2 3; do answers 0 mlops store gc --grace 0 --delay 0; done
  answers 0 mlops store gc --grace 0 --delay 0 --json
  is "$(jq -c '.items[0] | [.removed_objects, .waiting_objects, .young_objects]' <<<"$output")" '[0,0,0]'
  is "$(find .mlops/packs .mlops/tmp -type f 2>/dev/null)" ""
  sound
  for version in 1 2; do
    rm -r images
    mlops data checkout images@v$version -q >/dev/null
  done
  is "$(looks images)" "$two"
  many more 2000
  is "$(add more)" "more 1 2000 added"
  sound
}

@test "versions that no lock pins any more stay" {
  many images 300 first
  add images
  many images 300 second
  add images
  mlops data rm images -q >/dev/null
  rm -r images
  for _ in 1 2 3; do answers 0 mlops store gc --grace 0 --delay 0; done
  is "$(restored images@v1)" "images 300 0 0 checked out"
  is "$(restored images@v2)" "images 300 0 0 checked out"
  is "$(cat images/7/7.txt)" "second 7"
  sound
}

@test "the next version of a large file takes only what is new in it, and both come back" {
  head -c 20000000 /dev/urandom >big
  first=$(sha256sum <big)
  add big
  before=$(du -s --apparent-size -B1 .mlops | cut -f1)
  { head -c 10000000 big; echo inserted; tail -c +10000001 big; } >next && mv next big
  second=$(sha256sum <big)
  add big
  [[ $(($(du -s --apparent-size -B1 .mlops | cut -f1) - before)) -lt 4000000 ]]
  mlops data checkout big@v1 -q
  is "$(sha256sum <big)" "$first"
  mlops data checkout big@v2 -q
  is "$(sha256sum <big)" "$second"
  rm big
  mlops data checkout big@v2 --link hard -q
  is "$(sha256sum <big)" "$second"
  sound
}
