internal import ArgumentParser

/// A shell's completion script: ArgumentParser's for `bench`, and for lines of the
/// language one that asks the verb table by `vmemctl help --complete WORD…`.
struct CompletionScript {
  let shell: CompletionShell

  var text: String {
    let process = VmemctlCommand.completionScript(for: shell)
    if shell == .zsh { return Self.zshHead(process) + Self.zsh }
    return shell == .bash ? process + "\n" + Self.bash : Self.fishHead(process) + Self.fish
  }

  private static let bash = """
    _vmemctl_line() {
        case "${COMP_WORDS[1]}" in
        bench) _vmemctl "$@" ;;
        *)
            # Only images and the folders on the way to them.
            if [[ " ${COMP_WORDS[*]:COMP_CWORD-2:2} " == *" --image "* ]]; then
                compopt +o default -o filenames 2>/dev/null
            fi
            mapfile -t COMPREPLY < <(vmemctl help --complete "${COMP_WORDS[@]:1:COMP_CWORD}")
            ;;
        esac
    }
    complete -o default -F _vmemctl_line vmemctl

    """

  /// Everything up to where the script decides whether it is being loaded or called.
  private static func zshHead(_ script: String) -> String {
    let lines = script.split(separator: "\n", omittingEmptySubsequences: false)
    return lines.prefix { !$0.hasPrefix("if [[ \"${funcstack[1]}\"") }.joined(separator: "\n")
  }

  private static let zsh = """

    _vmemctl_line() {
        case "${words[2]}" in
        bench) _vmemctl_process "$@" ;;
        *)
            local -a answers
            answers=(${(f)"$(vmemctl help --complete "${(@)words[2,CURRENT]}")"})
            if (( ${#answers} )); then compadd -a answers; else _files; fi
            ;;
        esac
    }

    functions -c _vmemctl _vmemctl_process
    _vmemctl() { _vmemctl_line "$@" }

    if [[ "${funcstack[1]}" = _vmemctl ]]; then
        _vmemctl "${@}"
    else
        compdef _vmemctl vmemctl
    fi

    """

  /// Without the rules for the first word, which the line's completion knows.
  private static func fishHead(_ script: String) -> String {
    script.split(separator: "\n", omittingEmptySubsequences: false)
      .filter { !($0.hasPrefix("complete ") && $0.contains(" \"vmemctl\" ")) }
      .map { $0 + "\n" }.joined()
  }

  private static let fish = """
    function __vmemctl_is_line
        set -l words (commandline -opc)
        not contains -- "$words[2]" bench
    end
    function __vmemctl_line_words
        set -l typed (commandline -ct)
        set -l answers (vmemctl help --complete (commandline -opc)[2..] "$typed")
        if test (count $answers) -gt 0
            printf '%s\n' $answers
        else
            __fish_complete_path "$typed"
        end
    end
    complete -c vmemctl -n __vmemctl_is_line -fa '(__vmemctl_line_words)'

    """
}
