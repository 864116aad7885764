// Shows a process a processor without AVX-512, VNNI, and AVX-VNNI, so that libraries take the paths they have for AVX2.
// Built with KEEP_AVX_VNNI, it leaves AVX-VNNI, which is what Intel Core has since 2021.
// The kernel raises SIGSEGV at every CPUID instruction (arch_prctl, ARCH_SET_CPUID), and the handler answers it with
// these features cleared. Children that preload this library do the same. glibc has chosen its own functions before.
#define _GNU_SOURCE
#include <cpuid.h>
#include <dlfcn.h>
#include <signal.h>
#include <stdint.h>
#include <string.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#define ARCH_SET_CPUID 0x1012
#define BIT(n) (1u << (n))

/* Leaf 7: F, DQ, IFMA, PF, ER, CD, BW, VL in EBX; VBMI, VBMI2, GFNI, VAES, VPCLMULQDQ, VNNI, BITALG, VPOPCNTDQ in ECX;
   4VNNIW, 4FMAPS, VP2INTERSECT, AMX, FP16 in EDX. */
#define LEAF7_EBX (BIT(16) | BIT(17) | BIT(21) | BIT(26) | BIT(27) | BIT(28) | BIT(30) | BIT(31))
#define LEAF7_ECX (BIT(1) | BIT(6) | BIT(8) | BIT(9) | BIT(10) | BIT(11) | BIT(12) | BIT(14))
#define LEAF7_EDX (BIT(2) | BIT(3) | BIT(8) | BIT(22) | BIT(23) | BIT(24) | BIT(25))
/* Subleaf 1: AVX-VNNI, AVX512-BF16, AMX-FP16, AVX-IFMA in EAX; AVX-VNNI-INT8, AVX-NE-CONVERT, AVX-VNNI-INT16, AVX10. */
#ifdef KEEP_AVX_VNNI
#define LEAF7_1_EAX (BIT(5) | BIT(21) | BIT(23))
#else
#define LEAF7_1_EAX (BIT(4) | BIT(5) | BIT(21) | BIT(23))
#endif
#define LEAF7_1_EDX (BIT(4) | BIT(5) | BIT(10) | BIT(19))

typedef int (*sigaction_function)(int, const struct sigaction *, struct sigaction *);

static struct sigaction next;
static int started;

static sigaction_function real_sigaction(void) {
  static sigaction_function found;
  if (!found) found = (sigaction_function)dlsym(RTLD_NEXT, "sigaction");
  return found;
}

/* Handlers that the program installs, such as V8's, come after the one below. */
int sigaction(int number, const struct sigaction *action, struct sigaction *old) {
  if (number != SIGSEGV || !started) return real_sigaction()(number, action, old);
  if (old) *old = next;
  if (action) next = *action;
  return 0;
}

static void allow_cpuid(long allowed) { syscall(SYS_arch_prctl, ARCH_SET_CPUID, allowed); }

static void answer_cpuid(greg_t *registers) {
  uint32_t leaf = registers[REG_RAX], subleaf = registers[REG_RCX], a, b, c, d;
  allow_cpuid(1);
  __cpuid_count(leaf, subleaf, a, b, c, d);
  allow_cpuid(0);
  if (leaf == 7 && subleaf == 0) b &= ~LEAF7_EBX, c &= ~LEAF7_ECX, d &= ~LEAF7_EDX;
  if (leaf == 7 && subleaf == 1) a &= ~LEAF7_1_EAX, d &= ~LEAF7_1_EDX;
  registers[REG_RAX] = a, registers[REG_RBX] = b, registers[REG_RCX] = c, registers[REG_RDX] = d;
  registers[REG_RIP] += 2;
}

static void on_segv(int number, siginfo_t *info, void *context) {
  greg_t *registers = ((ucontext_t *)context)->uc_mcontext.gregs;
  const uint8_t *code = (const uint8_t *)registers[REG_RIP];
  /* A fault of the kernel's making, at a CPUID (0F A2). */
  if (info->si_code == SI_KERNEL && code[0] == 0x0f && code[1] == 0xa2) answer_cpuid(registers);
  else if (next.sa_flags & SA_SIGINFO && next.sa_sigaction) next.sa_sigaction(number, info, context);
  else signal(SIGSEGV, SIG_DFL);
}

__attribute__((constructor)) static void start(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_sigaction = on_segv;
  action.sa_flags = SA_SIGINFO | SA_NODEFER;
  real_sigaction()(SIGSEGV, &action, &next);
  started = 1;
  allow_cpuid(0);
}
