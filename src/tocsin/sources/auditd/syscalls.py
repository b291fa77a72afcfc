"""Numbers of the system calls that detection rules name, for raw logs that were not enriched."""

_X86_64 = """
0 read 1 write 2 open 3 close 9 mmap 10 mprotect 16 ioctl 32 dup 33 dup2 41 socket 42 connect 43 accept 44 sendto
45 recvfrom 49 bind 50 listen 53 socketpair 54 setsockopt 55 getsockopt 56 clone 57 fork 58 vfork 59 execve 60 exit 62 kill 63 uname 76 truncate 77 ftruncate
80 chdir 82 rename 83 mkdir 84 rmdir 85 creat 86 link 87 unlink 88 symlink 90 chmod 91 fchmod 92 chown 93 fchown
94 lchown 99 sysinfo 101 ptrace 103 syslog 105 setuid 106 setgid 113 setreuid 114 setregid 117 setresuid
119 setresgid 126 capset 132 utime 133 mknod 135 personality 155 pivot_root 157 prctl 159 adjtimex 160 setrlimit
161 chroot 163 acct 164 settimeofday 165 mount 166 umount2 167 swapon 168 swapoff 169 reboot 170 sethostname
171 setdomainname 175 init_module 176 delete_module 188 setxattr 189 lsetxattr 190 fsetxattr 197 removexattr
198 lremovexattr 199 fremovexattr 227 clock_settime 235 utimes 246 kexec_load 257 openat 258 mkdirat 259 mknodat
260 fchownat 261 futimesat 263 unlinkat 264 renameat 265 linkat 266 symlinkat 268 fchmodat 272 unshare
280 utimensat 288 accept4 292 dup3 298 perf_event_open 304 open_by_handle_at 308 setns 310 process_vm_readv
311 process_vm_writev 313 finit_module 316 renameat2 319 memfd_create 320 kexec_file_load 321 bpf 322 execveat
323 userfaultfd 425 io_uring_setup 426 io_uring_enter 429 move_mount 434 pidfd_open 435 clone3 437 openat2
438 pidfd_getfd 452 fchmodat2
"""
_ARM64 = """
5 setxattr 29 ioctl 33 mknodat 34 mkdirat 35 unlinkat 36 symlinkat 37 linkat 38 renameat 39 umount2 40 mount
41 pivot_root 45 truncate 46 ftruncate 49 chdir 51 chroot 52 fchmod 53 fchmodat 54 fchownat 55 fchown 56 openat
57 close 63 read 64 write 88 utimensat 89 acct 90 capget 91 capset 92 personality 97 unshare 104 kexec_load
105 init_module 106 delete_module 112 clock_settime 116 syslog 117 ptrace 129 kill 142 reboot 143 setregid 144 setgid
145 setreuid 146 setuid 147 setresuid 149 setresgid 160 uname 161 sethostname 162 setdomainname 167 prctl
170 settimeofday 179 sysinfo 198 socket 200 bind 201 listen 202 accept 203 connect 206 sendto 208 setsockopt 209 getsockopt 220 clone 221 execve
222 mmap 226 mprotect 241 perf_event_open 268 setns 270 process_vm_readv 271 process_vm_writev 273 finit_module
276 renameat2 279 memfd_create 280 bpf 281 execveat 294 kexec_file_load 435 clone3 437 openat2 452 fchmodat2
"""
_I386 = """
2 fork 5 open 8 creat 9 link 10 unlink 11 execve 12 chdir 14 mknod 15 chmod 16 lchown 21 mount 23 setuid 26 ptrace
37 kill 38 rename 39 mkdir 40 rmdir 51 acct 52 umount2 54 ioctl 61 chroot 74 sethostname 83 symlink 88 reboot
94 fchmod 95 fchown 102 socketcall 103 syslog 116 sysinfo 120 clone 122 uname 125 mprotect 128 init_module
129 delete_module 136 personality 182 chown 190 vfork 203 setreuid 208 setresuid 212 chown 213 setuid 283 kexec_load
295 openat 296 mkdirat 297 mknodat 298 fchownat 301 unlinkat 302 renameat 306 fchmodat 310 unshare 320 utimensat
346 setns 347 process_vm_readv 348 process_vm_writev 350 finit_module 356 memfd_create 357 bpf 358 execveat
361 bind 362 connect
"""


def _table(text: str) -> dict[str, str]:
    words = text.split()
    return dict(zip(words[::2], words[1::2], strict=True))


_BY_ARCH = {"c000003e": _table(_X86_64), "c00000b7": _table(_ARM64), "40000003": _table(_I386)}


def syscall_name(arch: str, number: str) -> str | None:
    """Return the name of a system call, given `arch` and `syscall` as a raw record writes them."""
    return _BY_ARCH.get(arch, {}).get(number)
