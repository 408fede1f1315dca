# Files and folders as versions: what git and mlops.lock see of them, and `mlops data rm`.
# shellcheck disable=SC2154,SC2016
load lib
load seed
load files

setup() { enter_files; }

@test "git checkout and mlops data checkout restore exactly what a commit saw" {
  in_git
  mkdir data
  many images 60
  ln -s 1/1.txt images/link
  echo t >data/labels.csv
  add images data/labels.csv
  committed one
  cp -a . ../one
  echo changed >images/1/1.txt
  rm -r images/2
  rm images/link && mkdir images/link && echo inside >images/link/file
  rm -r images/3 && echo 'a file now' >images/3
  chmod +x images/4/4.txt data/labels.csv
  add images data/labels.csv
  committed two
  cp -a . ../two
  mlops data rm images -q >/dev/null
  rm -r images && echo 'no folder' >images
  mlops data add images -q >/dev/null
  echo more >>data/labels.csv
  add data/labels.csv
  committed three
  cp -a . ../three
  git tag three
  for commit in three~2:one three:three three~1:two three~2:one three~1:two three:three; do
    git checkout -q "${commit%:*}"
    mlops data checkout -q
    diff -r --no-dereference -x .git -x .mlops . ../"${commit#*:}"
    is "$(looks images data)" "$(cd ../"${commit#*:}" && looks images data)"
    is "$(differences)" ""
    is "$(git status --porcelain)" ""
  done
  sound
}

@test "a clone with the store of the first" {
  in_git
  many images 30
  add images
  committed one
  git clone -q . ../clone
  cp -a .mlops ../clone/
  cd ../clone
  is "$(restored)" "images 30 0 0 checked out"
  diff -r images ../project/images
}

@test "git leaves out what is added: one line, beside it" {
  in_git
  mkdir -p images data/raw
  echo a >images/a
  echo r >data/raw/r
  echo l >data/l.csv
  answers 0 mlops data add images data/raw data/l.csv
  has "$stderr" "wrote a line into .gitignore: what is versioned here is not for git"
  has "$stderr" "wrote a line into data/.gitignore"
  is "$(cat .gitignore)" /images
  is "$(cat data/.gitignore)" $'/raw\n/l.csv'
  echo b >images/b
  answers 0 mlops data add images data/raw data/l.csv
  lacks "$stderr" "wrote a line"
  touch one two
  answers 0 mlops data add one two
  is "$(grep -c 'wrote a line into .gitignore' <<<"$stderr")" 1
  mlops data rm one two -q >/dev/null
  rm one two
  is "$(cat .gitignore data/.gitignore)" $'/images\n/raw\n/l.csv'
  git add -A
  is "$(git ls-files | xargs)" ".gitignore data/.gitignore mlops.lock mlops.yaml"
}

@test "the line names what was added and nothing else, whatever it is called" {
  in_git
  for name in 'a b' '#c' '!d' 'e*' 'f?' '[g]' 'h\i' 'j ' 'k  ' 'l"m' 'ä' ; do
    mkdir "./$name" && echo x >"./$name/x"
    mkdir "./$name-not" && echo x >"./$name-not/x"
    answers 0 mlops data add -q -- "$name"
    git check-ignore -q -- "./$name"
    run ! git check-ignore -q -- "./$name-not/x"
  done
  mkdir exx fx g hi
  touch {exx,fx,g,hi}/x
  run ! git check-ignore -q exx/x fx/x g/x hi/x
}

@test "where rules leave the path out already, no line is written" {
  in_git
  mkdir -p images data/raw tmp
  touch images/a data/raw/r tmp/t
  printf 'im*s/\ntmp' >.gitignore
  echo '*' >data/.gitignore
  before=$(cat .gitignore data/.gitignore)
  mlops data add images data/raw tmp -q >/dev/null
  is "$(cat .gitignore data/.gitignore)" "$before"
  # A last line without an end keeps its own.
  echo b >b
  mlops data add b -q >/dev/null
  is "$(cat .gitignore)" $'im*s/\ntmp\n/b'
}

@test "a project in a folder of the work tree, and one without git" {
  echo a >a
  mlops data add a -q >/dev/null
  [[ ! -e .gitignore ]]
  cd .. && mkdir -p work/sub/project && cd work
  in_git
  cd sub/project
  mlops init -q >/dev/null
  mkdir data && echo x >data/x
  mlops data add data -q >/dev/null
  is "$(cat .gitignore)" /data
  [[ ! -e ../.gitignore && ! -e ../../.gitignore ]]
  echo '/sub/project/more' >../../.gitignore
  touch more
  mlops data add more -q >/dev/null
  is "$(cat .gitignore)" /data
}

@test "conflicts of git in mlops.lock are told" {
  in_git
  mkdir images
  echo a >images/a
  mlops data add images -q >/dev/null
  committed one
  git checkout -qb other
  echo b >images/a
  mlops data add images -q >/dev/null
  committed two
  git checkout -q main
  echo c >images/a
  mlops data add images -q >/dev/null
  committed three
  run ! git merge -q other
  grep -q '^<<<<<<<' mlops.lock
  before=$(looks images mlops.lock)
  for command in status checkout 'add images' 'rm images'; do
    answers 2 eval "mlops data $command"
    has "$stderr" "mlops.lock"
    has "$stderr" "conflict"
  done
  is "$(looks images mlops.lock)" "$before"
  git checkout -q --theirs mlops.lock
  mlops data checkout -q
  is "$(cat images/a)" b
}

# ---- rm

@test "rm takes the pin and the line of git, and nothing else" {
  in_git
  printf 'own\n' >.gitignore
  two_versions
  echo t >t
  add t
  is "$(cat .gitignore)" $'own\n/images\n/t'
  answers 0 mlops data rm images -n --porcelain
  is "$output" $'images\twould be removed'
  has "$(cat mlops.lock)" files/images
  answers 0 mlops data rm images --json
  is "$(jq -c . <<<"$output")" '{"schema":"mlops.files-removed/1","items":[{"path":"images","state":"removed"}]}'
  has "$stderr" "took the line of 'images' out of .gitignore"
  is "$(cat .gitignore)" $'own\n/t'
  lacks "$(cat mlops.lock)" files/images
  is "$(looks images)" "$two"
  answers 4 mlops data rm images
  is "$(differences images@v2)" ""
  echo more >images/more
  is "$(add images)" "images 3 4 added"
  mlops data rm images t -q >/dev/null
  is "$(cat .gitignore)" own
  is "$(grep -c '^files/' mlops.lock || true)" 0
  is "$(restored images@v1)" "images 2 2 1 checked out"
  is "$(looks images)" "$one"
  has "$(cat mlops.lock)" files/images
  is "$(add images | cut -d' ' -f2)" 4
  sound
}

@test "rm of the only line takes the file" {
  in_git
  echo t >t
  add t
  mlops data rm t -q >/dev/null
  [[ ! -e .gitignore ]]
}
