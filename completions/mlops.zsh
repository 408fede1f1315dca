#compdef mlops
# zsh completion for mlops; the program itself knows the words.
_mlops() {
  local line word doc
  local -a plain open docs_plain docs_open
  for line in "${(@f)$(${words[1]} __complete -- "${(@Q)words[2,CURRENT]}" 2>/dev/null)}"; do
    [[ -z $line ]] && continue
    word=${line%%$'\t'*} doc=${line#*$'\t'}
    if [[ $word == *[/=] ]]; then
      open+=("$word") docs_open+=("$word${doc:+  -- $doc}")
    else
      plain+=("$word") docs_plain+=("$word${doc:+  -- $doc}")
    fi
  done
  (( $#plain )) && compadd -l -d docs_plain -a plain
  (( $#open )) && compadd -S '' -d docs_open -a open
  return 0
}
if [[ $funcstack[1] == _mlops ]]; then _mlops "$@"; else compdef _mlops mlops; fi
