# The end that holds all together: asks in turn, each in its time, and whatever ends this shell ends all of it.

# Sets `here` to the time in hundredths of a second.
look_at_clock() {
    IFS=' .' read -r seconds hundredths rest </proc/uptime
    hundredths=${hundredths#0}
    here=$((seconds * 100 + hundredths))
}

# Answers one ask, $1, of the kind $2, in $3 seconds at most; what follows is its own.
perform() {
    case $spell in none) printf '{"id":%s,"why":"no tools"}\n' "$1"; return ;; esac
    id=$1 kind=$2 limit=$3
    shift 3
    if ! [ "$fraction" ]; then case $limit in *.*) limit=$((${limit%.*} + 1)) ;; esac; fi
    look_at_clock
    began=$here
    {
        text=$(
            exec 4>&1 2>/dev/null
            "do_$kind" "$@"
        )
        look_at_clock
        # Built in everywhere, so that no length is too long, and there is no backslash in it.
        echo "{\"id\":$id,\"hundredths\":$((here - began)),$text}"
    } </dev/null &
    job=$!
    guard "$job" "$limit" </dev/null &
    guarding=$!
    # posh may come back from `wait` too early, and then not know any more how it ended.
    until wait "$job"; do
        if kill -s 0 "$job" 2>/dev/null; then pause; continue; fi
        look_at_clock
        printf '\n{"id":%s,"hundredths":%s,"why":"timeout"}\n' "$id" "$((here - began))"
        break
    done
    kill -s TERM "$guarding" 2>/dev/null
    wait "$guarding"
}

# Sets the words of an ask, $1, to what they spell, and answers it.
answer() {
    # shellcheck disable=SC2086 # it is parted here
    set -- $1
    count=$#
    while [ "$count" -gt 0 ]; do
        word=$1
        shift
        case $word in *\\*) word=$(printf '%b' "$word"; echo .); word=${word%"$newline"}; word=${word%.} ;; esac
        set -- "$@" "$word"
        count=$((count - 1))
    done
    perform "$@"
}

# Answers all asks, and stops when nobody is there any more to hear it.
work() {
    while [ "$asks" ]; do
        ask=${asks%%"$newline"*}
        asks=${asks#*"$newline"}
        if ! kill -s 0 "$$"; then exit 1; fi 2>/dev/null
        answer "$ask"
    done
}

# Ends everything that was begun, and this shell.
finish() {
    trap '' HUP INT TERM PIPE USR1
    if [ "$working" ] && kill -s 0 "$working"; then
        kill -s STOP "$working"
        for pid in $working $(kin "$$"); do kill -s KILL "$pid"; done
        strike KILL
    fi 2>/dev/null
    exit 0
}

greet() {
    uid=$(id -u)
    clock=$(date +%s%N)
    case $clock in
    *[!0-9]* | '' | ??????????) clock=$(date +%s)000000000 ;;
    esac
    system_names
    printf '{"hello":1,"uname":[%s],"uid":%s,"python":"","clock":%s}\n' "$names" "${uid:-65534}" "$clock"
}

PATH=$(search_path)
export PATH
for file in /proc/uptime /dev/null; do
    if ! [ -r "$file" ]; then echo "neither Python nor $file is there" >&2; exit 127; fi
done
read -r line </proc/self/stat
# shellcheck disable=SC2086
set -- ${line##*) }
own_session=$4
choose_tools
greet
working=
trap finish HUP INT TERM PIPE
trap 'working=; finish' USR1
{ if (work); then kill -s USR1 "$$"; else kill -s TERM "$$"; fi; } </dev/null &
working=$!
while read -r line; do :; done
finish
