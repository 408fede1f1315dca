# fish completion for mlops; the program itself knows the words.
function __mlops_complete
    set -l words (commandline -opc) (commandline -ct)
    $words[1] __complete -- $words[2..-1] 2>/dev/null
end
complete -c mlops -f -a '(__mlops_complete)'
