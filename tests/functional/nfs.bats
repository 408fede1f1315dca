# A store on NFS, used by several machines at once: a real server and real mounts, in an emulated machine.
# shellcheck disable=SC2154,SC2016
load lib

setup_file() {
  [[ ${MLOPS_TEST_NFS-} == 1 ]] || return 0
  {
    echo "PATH=$(dirname "$(find_mlops)"):\$PATH"
    what_is_done
  } >"$BATS_FILE_TMPDIR/script"
  "$source_dir/tests/support/nfs-machine" "$BATS_FILE_TMPDIR/script" >"$BATS_FILE_TMPDIR/said"
}

setup() {
  [[ ${MLOPS_TEST_NFS-} == 1 ]] ||
    skip "MLOPS_TEST_NFS=1 tries it in an emulated machine with an NFS server (packages: the list nfs; two minutes)"
  cat "$BATS_FILE_TMPDIR/said"
}

# fact NAME: what the script said of it, as "name: text".
fact() { sed -n "s/^$1: //p" "$BATS_FILE_TMPDIR/said"; }

# Runs in the machine. Each line that it prints is a fact.
what_is_done() {
  cat <<'END'
code() { "$@" >/mnt/local/out 2>/mnt/local/err </dev/null; echo $?; }
message() { grep -a '^error' /mnt/local/err; }
wait_for() { until [[ -e $1 ]]; do sleep 0.1; done; }
table() { printf 'a,b,y\n'; for ((i = 0; i < 400; ++i)); do echo "$((i * 7 % 13)),$((i * 3 % 7 + $1)),$((i % 2))"; done; }

cd /mnt/a
table 0 >t.csv
echo "ingest: $(code mlops ingest t.csv)"
for machine in b c; do
  cd /mnt/$machine
  echo "list $machine: $(mlops data list --porcelain | cut -f1,2,4 | tr '\t' ' ')"
  echo "head $machine: $(mlops data head t --rows 1 --porcelain | tr '\t' ' ')"
done
cd /mnt/a
echo "train: $(code mlops train run --label y --train prior --train logistic)"
cd /mnt/b
echo "models b: $(mlops model list --porcelain | cut -f1-3 | tr '\t' ' ')"
cd /mnt/c
echo "predict c: $(code mlops predict t --in t.csv --out /mnt/local/answers.csv) $(wc -l </mnt/local/answers.csv)"
echo "doctor c: $(mlops doctor --porcelain | grep -a 'file system' | tr '\t' ' ')"

cd /mnt/a
mlops run --quiet --name living -- sh -c 'mlops log metric a=1; touch /mnt/local/ready
  until [ -e /mnt/local/go ]; do sleep 0.1; done; mlops log metric a=2' &
run=$!
wait_for /mnt/local/ready
cd /mnt/b
id=$(mlops runs list --status running --porcelain | cut -f1)
echo "seen by b: $(mlops runs list --porcelain | grep -a living | cut -f1,5 | sed "s/$id/ID/" | tr '\t' ' ')"
for machine in a b c; do
  (cd /mnt/$machine && for i in 1 2 3 4 5; do mlops log metric $machine$i=$i --run "$id" || echo "failed: $machine$i"; done) &
  others+=($!)
done
wait "${others[@]}"
touch /mnt/local/go
wait $run
echo "run: $?"
cd /mnt/c
echo "metrics: $(mlops runs show "$id" --json | jq -c '.items[0].metrics' | tr -d '\033' | sed 's/\[[0-9;]*m//g')"

others=()
for machine in a b c; do
  (cd /mnt/$machine && for i in 1 2 3 4; do mlops run --quiet --experiment crowd -- true || echo "failed: $machine $i"; done) &
  others+=($!)
  (cd /mnt/$machine && table $RANDOM >$machine.csv && mlops ingest $machine.csv --quiet || echo "failed: ingest $machine") &
  others+=($!)
done
wait "${others[@]}"
cd /mnt/b
echo "crowd: $(mlops runs list --experiment crowd --status done --porcelain | cut -f4 | sort -n | tr '\n' ' ')"
echo "datasets: $(mlops data list --porcelain | cut -f1 | tr '\n' ' ')"
echo "pinned: $(grep -aoE '^ *"?sources/[abct]"?:' mlops.lock | wc -l)"
won=0
others=()
for machine in a b c; do
  (cd /mnt/$machine && table 9 >same.$machine.csv && mlops ingest same.$machine.csv --name same --quiet && touch /mnt/local/won.$machine) 2>/dev/null &
  others+=($!)
done
wait "${others[@]}"
echo "same: $(ls /mnt/local/won.* | wc -l) won, version $(mlops data list --porcelain | sed -n 's/^same\t\([0-9]*\).*/\1/p')"

cd /mnt/a
mlops run --quiet --name killed -- sh -c 'mlops log metric kept=1; touch /mnt/local/ready2; sleep 1000' &
run=$!
wait_for /mnt/local/ready2
kill -9 $run
wait $run 2>/dev/null
cd /mnt/b
echo "killed: $(mlops runs list --porcelain | grep -a killed | cut -f5,11 | tr '\t' ' ')"
for delay in 0.4 0.8 1.2 1.6 2.0 2.4 3.0; do
  table $RANDOM >t.csv
  timeout -s KILL $delay mlops ingest t --quiet 2>/dev/null
done
echo "after kills: $(code mlops ingest t)"
echo "same name: $(code mlops data head t)"
for machine in a b c; do
  cd /mnt/$machine
  echo "fsck $machine: $(code mlops store fsck)"
done
find .mlops/tmp .mlops/runs -mindepth 1 -ls
echo "left: $(find .mlops/tmp .mlops/runs -mindepth 1 | wc -l), $(find . -name '.nfs*' | wc -l), $(find .mlops -name '*.db*' | wc -l)"

cd /mnt/alone
table 5 >t.csv
echo "alone: $(code mlops ingest t) $(message)"
cd /mnt/small
table 1 >first.csv
echo "room: $(code mlops ingest first.csv)"
awk 'BEGIN { srand(1); print "x,y"; for (i = 0; i < 320000; ++i) print rand() "," rand() }' >/mnt/local/big.csv
echo "full: $(code mlops ingest /mnt/local/big.csv --name big) $(message)"
echo "still: $(code mlops data head first) $(code mlops store fsck)"
table 2 >first.csv
echo "again: $(code mlops ingest first)"
END
}

@test "a version that one machine makes is there for the others" {
  is "$(fact ingest)" 0
  for machine in b c; do
    is "$(fact "list $machine")" "t 1 400"
    is "$(fact "head $machine")" "0 0 0"
  done
}

@test "train, and predict elsewhere" {
  is "$(fact train)" 0
  is "$(fact 'models b')" 't 1 ["champion"]'
  is "$(fact 'predict c')" "0 401"
}

@test "doctor says what follows from it" {
  has "$(fact 'doctor c')" "file system nfs indexes are made in memory"
}

@test "a run that lives on one machine is not taken for lost by another, which may report to it" {
  is "$(fact 'seen by b')" "ID running"
  is "$(fact run)" 0
  is "$(fact metrics | jq -c 'to_entries | map("\(.key)=\(.value)") | sort')" \
    '["a1=1","a2=2","a3=3","a4=4","a5=5","a=2","b1=1","b2=2","b3=3","b4=4","b5=5","c1=1","c2=2","c3=3","c4=4","c5=5"]'
}

@test "three machines write at once: all of it is there" {
  is "$(fact failed)" ""
  is "$(fact crowd)" "1 2 3 4 5 6 7 8 9 10 11 12 "
  is "$(fact datasets)" "a b c t "
  is "$(fact pinned)" 4
  # Of those that wrote to one dataset, each that was told so has its version.
  won=$(fact same)
  is "$won" "${won%% *} won, version ${won%% *}"
  [[ ${won%% *} -ge 1 ]]
}

@test "what a killed run had reported is kept, and an ingest that was killed is made up for" {
  has "$(fact killed)" lost
  has "$(fact killed)" '"kept"'
  is "$(fact 'after kills')" 0
}

@test "the store is sound for each of them, nothing is left over, no database was made" {
  for machine in a b c; do is "$(fact "fsck $machine")" 0; done
  is "$(fact left)" "0, 0, 0"
}

@test "a mount whose locks are its own is refused" {
  has "$(fact alone)" "1 error: the store '/mnt/alone/.mlops' lies on a network file system (nfs) whose locks"
}

@test "a full disk is told although NFS says so late" {
  is "$(fact room)" 0
  has "$(fact full)" "75 error: "
  has "$(fact full)" "cannot write '/mnt/small/.mlops/tmp/"
  is "$(fact still)" "0 0"
  is "$(fact again)" 0
}
