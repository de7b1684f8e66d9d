# Calls: what Python would ask the kernel for, as far as a shell can know it.

do_call() {
    name=$1
    shift
    case $name in
    uname) system_names; printf '"words":[%s]' "$names" ;;
    listdir) do_listdir "$1" ;;
    readlink | which) printf '"words":['; comma=''; why=''; "each_$name" "$@"; printf ']%s' "${why:+,\"why\":\"$why\"}" ;;
    *) printf '"why":"no python"' ;;
    esac
}

# Sets `names` to what uname(2) says, as JSON: system, node, release, version, machine.
system_names() {
    names=
    for file in ostype hostname osrelease version; do
        name=
        if [ -r "/proc/sys/kernel/$file" ]; then IFS= read -r name <"/proc/sys/kernel/$file"; fi
        names=$names$(worded "$name"),
    done
    names=$names$(worded "$(uname -m)")
}

do_listdir() {
    wild='' why='' comma=''
    if ! listable "$1/"; then printf '"why":"%s"' "$why"; return; fi
    printf '"words":['
    set +f
    for path in "$1"/* "$1"/.[!.]* "$1"/..?*; do
        if [ -e "$path" ] || [ -L "$path" ]; then
            printf '%s' "$comma"
            worded "${path##*/}"
            comma=,
        fi
    done
    set -f
    printf ']'
}

each_readlink() {
    for path do
        printf '%s' "$comma"
        comma=,
        if ! [ -L "$path" ]; then printf null; continue; fi
        target=$(readlink -n -- "$path" 2>/dev/null && echo .) || why='Permission denied'
        worded "${target%.}"
    done
}

each_which() {
    for name do
        printf '%s' "$comma"
        comma=,
        find_program "$name"
        if [ "$found" ] && [ -x "$found" ]; then worded "$found"; else printf null; fi
    done
}
