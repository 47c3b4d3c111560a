#!/usr/bin/env bash
# Cross-builds for Windows and runs the two-laptop story, the damage cases and the lock cases on the .exe under Wine.
#
#   tests/windows/run.sh [TEST_FILTER…]
#
# Needs the Rust target x86_64-pc-windows-gnu (rustup target add), a MinGW compiler and wine64 (Debian: gcc-mingw-w64-x86-64,
# wine64). Where one of them is missing it says so and ends well. What it showed, and what Wine cannot show: docs/windows.md.
set -euo pipefail
cd "$(dirname "$0")/../.."
target=x86_64-pc-windows-gnu

skip() { echo "skipped: the Windows run needs $1"; exit 0; }
compiler=$(command -v x86_64-w64-mingw32-gcc) || skip "x86_64-w64-mingw32-gcc (Debian: gcc-mingw-w64-x86-64)"
wine=$(command -v wine64 || ls /usr/lib/wine/wine64 2>/dev/null) || skip "wine64 (Debian: wine64)"
rustc --print target-libdir --target $target 2>/dev/null | xargs test -d || skip "the Rust target (rustup target add $target)"

out=${CARGO_TARGET_DIR:-target}/$target/debug
tests=(story damage refusals faults doctor commands upgrade copies clocks)
[ $# -eq 0 ] || tests=("$@")

echo "== build"
# Dependencies need no speed here, only to be built soon.
quick=(--config 'profile.dev.package."*".opt-level=0' --config profile.dev.debug=false)
cargo build --locked --target $target "${quick[@]}"
built=$(cargo test --locked --target $target "${quick[@]}" --no-run --test cli --test store --test exchange --test crash --test sync 2>&1 | tee /dev/stderr |
    sed -n 's/.*Executable.*(\(.*\.exe\))$/\1/p')

# Wine 8 has no bcryptprimitives.dll; Rust's standard library asks it for random bytes.
cat >"$out/random.c" <<'C'
#include <windows.h>
BOOLEAN NTAPI SystemFunction036(PVOID buffer, ULONG length);
__declspec(dllexport) BOOL WINAPI ProcessPrng(PBYTE data, SIZE_T length) { return SystemFunction036(data, (ULONG)length); }
C
"$compiler" -shared -O1 -o "$out/bcryptprimitives.dll" "$out/random.c" -ladvapi32
cp "$out/bcryptprimitives.dll" "$out/deps/"

export WINEPREFIX=${WINEPREFIX:-$(realpath -m "$out/wine")} WINEDEBUG=${WINEDEBUG:--all} WINEARCH=win64
"$wine" --version
"$wine" "$out/khuyencong.exe" --version

failed=0
run() {
    echo "== $*"
    timeout 1800 "$wine" "$@" </dev/null || failed=1
}
for exe in $built; do
    case $exe in
    */cli-*) for name in "${tests[@]}"; do run "$exe" "$name::"; done ;;
    # Every byte of a journal takes too long under Wine; that a byte is damaged is the same there.
    */crash-*) run "$exe" --skip damage::a_damaged_journal ;;
    *) run "$exe" ;;
    esac
done
[ $failed -eq 0 ] && echo "== all passed under Wine"
exit $failed
