// Messages, formatted text, warnings and the calls that end a module.
#ifndef VMEM_PRINTK_H
#define VMEM_PRINTK_H

#include <vmem/kernel.h>

#define KERN_SOH "\001"
#define KERN_SOH_ASCII '\001'
#define KERN_EMERG KERN_SOH "0"
#define KERN_ALERT KERN_SOH "1"
#define KERN_CRIT KERN_SOH "2"
#define KERN_ERR KERN_SOH "3"
#define KERN_WARNING KERN_SOH "4"
#define KERN_NOTICE KERN_SOH "5"
#define KERN_INFO KERN_SOH "6"
#define KERN_DEBUG KERN_SOH "7"
#define KERN_DEFAULT ""
#define KERN_CONT KERN_SOH "c"
#define LOGLEVEL_EMERG 0
#define LOGLEVEL_ALERT 1
#define LOGLEVEL_CRIT 2
#define LOGLEVEL_ERR 3
#define LOGLEVEL_WARNING 4
#define LOGLEVEL_NOTICE 5
#define LOGLEVEL_INFO 6
#define LOGLEVEL_DEBUG 7

struct va_format {
  const char *fmt;
  va_list *va;
};

int printk(const char *format, ...) VK(printk) __printf(1, 2);
int vprintk(const char *format, va_list arguments) VK(vprintk);
#define _printk printk
#define printk_deferred printk
// The expression only has to compile.
#define no_printk(...) ({ if (0) printk(__VA_ARGS__); 0; })

#ifndef pr_fmt
#define pr_fmt(format) format
#endif
#define pr_emerg(format, ...) printk(KERN_EMERG pr_fmt(format), ##__VA_ARGS__)
#define pr_alert(format, ...) printk(KERN_ALERT pr_fmt(format), ##__VA_ARGS__)
#define pr_crit(format, ...) printk(KERN_CRIT pr_fmt(format), ##__VA_ARGS__)
#define pr_err(format, ...) printk(KERN_ERR pr_fmt(format), ##__VA_ARGS__)
#define pr_warn(format, ...) printk(KERN_WARNING pr_fmt(format), ##__VA_ARGS__)
#define pr_warning pr_warn
#define pr_notice(format, ...) printk(KERN_NOTICE pr_fmt(format), ##__VA_ARGS__)
#define pr_info(format, ...) printk(KERN_INFO pr_fmt(format), ##__VA_ARGS__)
#define pr_cont(format, ...) printk(KERN_CONT format, ##__VA_ARGS__)
#ifdef DEBUG
#define pr_debug(format, ...) printk(KERN_DEBUG pr_fmt(format), ##__VA_ARGS__)
#else
#define pr_debug(format, ...) no_printk(KERN_DEBUG pr_fmt(format), ##__VA_ARGS__)
#endif
#define pr_devel pr_debug
#define trace_printk(format, ...) printk(KERN_DEBUG format, ##__VA_ARGS__)

#define __vmem_once(statement) \
  ({ \
    static bool __done; \
    bool __first = !__done; \
    __done = true; \
    if (__first) statement; \
    __first; \
  })
#define printk_once(...) __vmem_once(printk(__VA_ARGS__))
#define pr_emerg_once(...) __vmem_once(pr_emerg(__VA_ARGS__))
#define pr_err_once(...) __vmem_once(pr_err(__VA_ARGS__))
#define pr_warn_once(...) __vmem_once(pr_warn(__VA_ARGS__))
#define pr_notice_once(...) __vmem_once(pr_notice(__VA_ARGS__))
#define pr_info_once(...) __vmem_once(pr_info(__VA_ARGS__))
#define pr_debug_once(...) __vmem_once(pr_debug(__VA_ARGS__))

// At most 10 messages of one place in 5 seconds.
struct ratelimit_state { int interval, burst, printed, missed; unsigned long begin; };
#define DEFINE_RATELIMIT_STATE(name, time, count) \
  struct ratelimit_state name = { .interval = (time), .burst = (count) }
int ___ratelimit(struct ratelimit_state *state, const char *function) VK(ratelimit);
#define __ratelimit(state) ___ratelimit(state, __func__)
#define printk_ratelimit() \
  ({ static DEFINE_RATELIMIT_STATE(__state, 5000, 10); __ratelimit(&__state); })
#define __vmem_limited(statement) do { if (printk_ratelimit()) statement; } while (0)
#define printk_ratelimited(...) __vmem_limited(printk(__VA_ARGS__))
#define pr_err_ratelimited(...) __vmem_limited(pr_err(__VA_ARGS__))
#define pr_warn_ratelimited(...) __vmem_limited(pr_warn(__VA_ARGS__))
#define pr_notice_ratelimited(...) __vmem_limited(pr_notice(__VA_ARGS__))
#define pr_info_ratelimited(...) __vmem_limited(pr_info(__VA_ARGS__))
#define pr_debug_ratelimited(...) __vmem_limited(pr_debug(__VA_ARGS__))

enum { DUMP_PREFIX_NONE, DUMP_PREFIX_ADDRESS, DUMP_PREFIX_OFFSET };
void print_hex_dump(const char *level, const char *prefix, int prefix_type, int row_size,
    int group_size, const void *bytes, size_t size, bool ascii) VK(print_hex_dump);
#define print_hex_dump_bytes(prefix, prefix_type, bytes, size) \
  print_hex_dump(KERN_DEBUG, prefix, prefix_type, 16, 1, bytes, size, true)
#define print_hex_dump_debug(prefix, prefix_type, row_size, group_size, bytes, size, ascii) \
  print_hex_dump(KERN_DEBUG, prefix, prefix_type, row_size, group_size, bytes, size, ascii)

// MARK: Formatted text

int sprintf(char *to, const char *format, ...) VK(sprintf) __printf(2, 3);
int snprintf(char *to, size_t size, const char *format, ...) VK(snprintf) __printf(3, 4);
int scnprintf(char *to, size_t size, const char *format, ...) VK(scnprintf) __printf(3, 4);
int vsprintf(char *to, const char *format, va_list arguments) VK(vsprintf);
int vsnprintf(char *to, size_t size, const char *format, va_list arguments) VK(vsnprintf);
int vscnprintf(char *to, size_t size, const char *format, va_list arguments) VK(vscnprintf);
int sscanf(const char *text, const char *format, ...) VK(sscanf) __scanf(2, 3);
int vsscanf(const char *text, const char *format, va_list arguments) VK(vsscanf);
char *kasprintf(gfp_t gfp, const char *format, ...) VK(kasprintf) __printf(2, 3);
char *kvasprintf(gfp_t gfp, const char *format, va_list arguments) VK(kvasprintf);

// MARK: Warnings and ends

void dump_stack(void) VK(dump_stack);
void panic(const char *format, ...) VK(panic) __printf(1, 2) __noreturn;
void vmem_bug(const char *file, int line) VK(bug) __noreturn;
void vmem_warn_on(const char *file, int line, const char *function) VK(warn_on);
void vmem_warn(const char *file, int line, const char *function, const char *format, ...)
    VK(warn) __printf(4, 5);
#define BUG() vmem_bug(__FILE__, __LINE__)
#define BUG_ON(condition) do { if (unlikely(condition)) BUG(); } while (0)
#define VM_BUG_ON(condition) BUG_ON(condition)
#define VM_BUG_ON_PAGE(condition, page) BUG_ON(condition)
#define VM_WARN_ON(condition) WARN_ON(condition)
#define VM_WARN_ON_ONCE(condition) WARN_ON_ONCE(condition)
#define WARN(condition, ...) \
  ({ \
    bool __met = !!(condition); \
    if (unlikely(__met)) vmem_warn(__FILE__, __LINE__, __func__, __VA_ARGS__); \
    unlikely(__met); \
  })
#define WARN_ON(condition) \
  ({ \
    bool __met = !!(condition); \
    if (unlikely(__met)) vmem_warn_on(__FILE__, __LINE__, __func__); \
    unlikely(__met); \
  })
#define __vmem_warn_once(condition, call, ...) \
  ({ \
    static bool __warned; \
    bool __met = !!(condition); \
    if (unlikely(__met && !__warned)) { \
      __warned = true; \
      call(__FILE__, __LINE__, __func__, ##__VA_ARGS__); \
    } \
    unlikely(__met); \
  })
#define WARN_ONCE(condition, ...) __vmem_warn_once(condition, vmem_warn, __VA_ARGS__)
#define WARN_ON_ONCE(condition) __vmem_warn_once(condition, vmem_warn_on)
enum { LOCKDEP_STILL_OK, LOCKDEP_NOW_UNRELIABLE };
#define TAINT_WARN 9
#define TAINT_CRAP 10
#define TAINT_USER 6
#define TAINT_TEST 18
#define add_taint(taint, lockdep) ((void)(taint), (void)(lockdep))
#define WARN_TAINT(condition, taint, ...) WARN(condition, __VA_ARGS__)

#endif
