/// Shells that complete words for the program.
enum CompletionShell: String, CaseIterable {
  case bash
  case zsh
  case fish

  /// The script that it loads, which asks `vmemctl help --complete WORD…`. Where that has no answer, a
  /// file may stand.
  var script: String {
    switch self {
    case .bash:
      """
      _vmemctl() {
          # Only images and the folders on the way to them.
          if [[ " ${COMP_WORDS[*]:COMP_CWORD-2:2} " == *" --image "* ]]; then
              compopt +o default -o filenames 2>/dev/null
          fi
          mapfile -t COMPREPLY < <(vmemctl help --complete "${COMP_WORDS[@]:1:COMP_CWORD}")
      }
      complete -o default -F _vmemctl vmemctl

      """
    case .zsh:
      """
      #compdef vmemctl

      _vmemctl() {
          local -a answers
          answers=(${(f)"$(vmemctl help --complete "${(@)words[2,CURRENT]}")"})
          if (( ${#answers} )); then compadd -a answers; else _files; fi
      }

      if [[ "${funcstack[1]}" = _vmemctl ]]; then
          _vmemctl "$@"
      else
          compdef _vmemctl vmemctl
      fi

      """
    case .fish:
      """
      function __vmemctl_words
          set -l typed (commandline -ct)
          set -l answers (vmemctl help --complete (commandline -opc)[2..] "$typed")
          if test (count $answers) -gt 0
              printf '%s\\n' $answers
          else
              __fish_complete_path "$typed"
          end
      end
      complete -c vmemctl -fa '(__vmemctl_words)'

      """
    }
  }
}
