# SPDX-License-Identifier: Apache-2.0
"""Pinned packages of Debian 12: NAME=VERSION|TREE[,TREE] to the sha256 of the .deb.

TREE is where the package is unpacked: tools (the compiler and what it needs to run), sysroot (what
hosted programs are built against), libcxx_packages (freestanding headers), tree (everything else).
`./bazelw run //toolchains:refresh_lock` writes the versions and sums of the archive's current state.
"""

LLVM_PACKAGES = {
    "clang-19=1:19.1.7-3~deb12u1|tools": "89ab931a9bbfd567a76df3141af5d5ec67b01d800150e614f2c9bf4671da9b08",
    "libclang-cpp19=1:19.1.7-3~deb12u1|tools": "5daa784e1d747db320c16604729ffa805e6bfd72d3ac0b7cb0ee5f1a7ebc8aae",
    "libllvm19=1:19.1.7-3~deb12u1|tools": "6edf3a8b28495cdba883d9760e0dca1a81983fc497a5f989dc64d0d96d23b4aa",
    "libclang-common-19-dev=1:19.1.7-3~deb12u1|tools": "811c2d398ad772204ec05ffde485cbbc4c210abc5dcf0068ff9ca3e647591ce7",
    "libclang-rt-19-dev=1:19.1.7-3~deb12u1|tools": "872464dcd1aa3538e417e177f74a4c549b19313acaa1fe9465d32b936e9ef8eb",
    "clang-format-19=1:19.1.7-3~deb12u1|tools": "294be761c32accb59d1fb8a27b4929d0f219a898b47fd52a8f5e2c841ab8d089",
    "clang-tidy-19=1:19.1.7-3~deb12u1|tools": "3b3d1f0e7c139c6b58feaa86bd7ff0d58b6d34a16f5f6d9a3c3a93e342cf2a7f",
    "lld-19=1:19.1.7-3~deb12u1|tools": "416e084363a16a7060eaa6343ed641dfe864b8208c39170ee00a5679e4b486a2",
    "llvm-19=1:19.1.7-3~deb12u1|tools": "f91492c5b361ff12f540b9f6145cf638b5e0fb3f145fceabd6c4b9540eab4bf9",
    "libedit2=3.1-20221030-2|tools": "1cf14abf2716d3279db12d0657a5737cf70074a1e71d3bdf73206625e3c89ce6",
    "libffi8=3.4.4-1|tools": "6d9f6c25c30efccce6d4bceaa48ea86c329a3432abb360a141f76ac223a4c34a",
    "libxml2=2.9.14+dfsg-1.3~deb12u6|tools": "4460e39dda10a815881374217cde08474747cfa018358cd8612c14b390eff53b",
    "libicu72=72.1-3+deb12u1|tools": "f7f6f99c6d7b025914df2447fc93e11d22c44c0c8bdd8b6f36691c9e7ddcef88",
    "libz3-4=4.8.12-3.1|tools": "6221ca25ad5abcfbe1965801029d85a88b4775320384b4b716de8fab7a4d2f7a",
    "libzstd1=1.5.4+dfsg2-5|tools": "6315b5ac38b724a710fb96bf1042019398cb656718b1522279a5185ed39318fa",
    "zlib1g=1:1.2.13.dfsg-1|tools": "d7dd1d1411fedf27f5e27650a6eff20ef294077b568f4c8c5e51466dc7c08ce4",
    "liblzma5=5.4.1-1+deb12u2|tools": "3d8c29c8c21ec6007635e1b2591edf98b771c9572a085968f47452b33040f384",
    "libbsd0=0.11.7-2|tools": "bb31cc8b40f962a85b2cec970f7f79cc704a1ae4bad24257a822055404b2c60b",
    "libmd0=1.0.4-2|tools": "03539fd30c509e27101d13a56e52eda9062bdf1aefe337c07ab56def25a13eab",
    "libtinfo6=6.4-4|tools": "072d908f38f51090ca28ca5afa3b46b2957dc61fe35094c0b851426859a49a51",
    "libc6=2.36-9+deb12u14|tools,sysroot": "ba4f88f73dbc3ae9055f3c20f4523bfdbaf1ad13ff95e258924f77d20b4fbedf",
    "libgcc-s1=12.2.0-14+deb12u1|tools,sysroot": "3016e62cb4b7cd8038822870601f5ed131befe942774d0f745622cc77d8a88f7",
    "libstdc++6=12.2.0-14+deb12u1|tools,sysroot": "5cd3171216d4ab0fc911cfe9c35509bf2dd8f47761c43b7f6a4296701551a24d",
    "libc6-dev=2.36-9+deb12u14|sysroot": "0218fc2befcd784c1b0c6292c0a137ce89fad054efaa579ad083bee0f2c01aae",
    "linux-libc-dev=6.1.192-2|sysroot": "e0632f8e55ec0d2d1c56f9c65a8bcb64ad5d79add297266bc89c616dfef9a7fe",
    "libstdc++-12-dev=12.2.0-14+deb12u1|sysroot": "d28def6c23630432b57cb38a4c2fd67a79d4e0484027386ca6e8d6005c3d7a73",
    "libgcc-12-dev=12.2.0-14+deb12u1|sysroot": "d720259380a84f2ffc6fe516eff5cbe9c8a005138e8d6a5748747ba4b3404a82",
    "libc++-19-dev=1:19.1.7-3~deb12u1|libcxx_packages": "21e79a3c1557f0dbc8dc2dd1f123523ab08784a8fa2204c0ef7937e3c9baad95",
    "libc++abi-19-dev=1:19.1.7-3~deb12u1|libcxx_packages": "78d59818a21a756868670d7b27d2737fd33b23f7597585d56e0656dd059147d9",
}

QEMU_PACKAGES = {
    "qemu-user-static=1:7.2+dfsg-7+deb12u18+b3|tree": "c3e3ba2bd87f8c5b9a5da5ef21b5a3b82d7c63b89dd448d9ddaa4eabc5b6e402",
}

BUSYBOX_PACKAGES = {
    "busybox-static=1:1.35.0-4+deb12u1+b1|tree": "3d3fdbe91d4660c873e14b092c213fe81c1da6362daa236eb25d0171eb108744",
}
