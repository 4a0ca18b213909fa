// What makes a file a module: records of its functions, parameters, texts and exports.
#ifndef VMEM_MODULE_H
#define VMEM_MODULE_H

#include <vmem/abi.h>
#include <vmem/printk.h>

typedef int (*initcall_t)(void);
typedef void (*exitcall_t)(void);

#define __vmem_record(...) \
  static const struct vmem_record __UNIQUE_ID(record) \
      __attribute__((section(".vmem.records"), used, aligned(8))) = { __VA_ARGS__ }

// MARK: The module itself

extern struct module __this_module __attribute__((visibility("hidden")));
struct module __this_module __attribute__((weak)) = { .name = KBUILD_MODNAME };
#define THIS_MODULE (&__this_module)
#define MODULE_NAME_LEN 56
enum module_state {
  MODULE_STATE_LIVE, MODULE_STATE_COMING, MODULE_STATE_GOING, MODULE_STATE_UNFORMED,
};
__vmem_record(.kind = VMEM_THIS_MODULE, .pointer = &__this_module);

bool try_module_get(struct module *module) VK(try_module_get);
void module_put(struct module *module) VK(module_put);
void __module_get(struct module *module) VK(__module_get);
static inline unsigned int module_refcount(struct module *module) { return module->refcount; }
static inline const char *module_name(struct module *module) {
  return module ? module->name : "kernel";
}

// A second one in a module defines what the first one has, as in a kernel.
#define module_init(function) \
  const char __UNIQUE_ID(init) __asm__("init_module") __attribute__((used)) = 1; \
  __vmem_record(.kind = VMEM_INIT, .pointer = (const void *)(initcall_t)(function));
#define module_exit(function) \
  const char __UNIQUE_ID(exit) __asm__("cleanup_module") __attribute__((used)) = 1; \
  __vmem_record(.kind = VMEM_EXIT, .pointer = (const void *)(exitcall_t)(function));
#define early_initcall module_init
#define pure_initcall module_init
#define core_initcall module_init
#define postcore_initcall module_init
#define arch_initcall module_init
#define subsys_initcall module_init
#define core_initcall_sync module_init
#define postcore_initcall_sync module_init
#define arch_initcall_sync module_init
#define subsys_initcall_sync module_init
#define fs_initcall_sync module_init
#define device_initcall_sync module_init
#define console_initcall module_init
#define fs_initcall module_init
#define rootfs_initcall module_init
#define device_initcall module_init
#define late_initcall module_init
#define late_initcall_sync module_init
#define __initcall module_init
#define __exitcall module_exit

// Modules of old had functions of these names and no records; these names are looked up as well.
int init_module(void) __attribute__((visibility("default")));
void cleanup_module(void) __attribute__((visibility("default")));

#define MODULE_INFO(tag, value) \
  __vmem_record(.kind = VMEM_INFORMATION, .name = #tag, .text = (value))
#define MODULE_LICENSE(value) MODULE_INFO(license, value)
#define MODULE_AUTHOR(value) MODULE_INFO(author, value)
#define MODULE_DESCRIPTION(value) MODULE_INFO(description, value)
#define MODULE_VERSION(value) MODULE_INFO(version, value)
#define MODULE_ALIAS(value) MODULE_INFO(alias, value)
#define MODULE_SOFTDEP(value) MODULE_INFO(softdep, value)
#define MODULE_FIRMWARE(value) MODULE_INFO(firmware, value)
#define MODULE_SUPPORTED_DEVICE(value) MODULE_INFO(supported_device, value)
#define MODULE_IMPORT_NS(value) MODULE_INFO(import_ns, __stringify(value))
#define MODULE_DEVICE_TABLE(type, table)

#define __vmem_export(symbol, gpl) \
  __vmem_record(.kind = VMEM_EXPORT, .type = gpl, .name = #symbol, .pointer = (void *)&symbol)
#define EXPORT_SYMBOL(symbol) __vmem_export(symbol, 0)
#define EXPORT_SYMBOL_GPL(symbol) __vmem_export(symbol, 1)
#define EXPORT_SYMBOL_NS(symbol, space) __vmem_export(symbol, 0)
#define EXPORT_SYMBOL_NS_GPL(symbol, space) __vmem_export(symbol, 1)
#define EXPORT_PER_CPU_SYMBOL(symbol) __vmem_export(symbol, 0)
#define EXPORT_PER_CPU_SYMBOL_GPL(symbol) __vmem_export(symbol, 1)

// MARK: Parameters

struct kernel_param;
struct kernel_param_ops {
  unsigned int flags;
  int (*set)(const char *text, const struct kernel_param *parameter);
  int (*get)(char *text, const struct kernel_param *parameter);
  void (*free)(void *argument);
};
struct kernel_param {
  const char *name;
  struct module *mod;
  const struct kernel_param_ops *ops;
  u16 perm;
  s8 level;
  u8 flags;
  void *arg;
};

#define __vmem_type_bool VMEM_BOOL
#define __vmem_type__Bool VMEM_BOOL
#define __vmem_type_invbool VMEM_INVBOOL
#define __vmem_type_byte VMEM_BYTE
#define __vmem_type_short VMEM_SHORT
#define __vmem_type_ushort VMEM_USHORT
#define __vmem_type_int VMEM_INT
#define __vmem_type_uint VMEM_UINT
#define __vmem_type_long VMEM_LONG
#define __vmem_type_ulong VMEM_ULONG
#define __vmem_type_ullong VMEM_ULLONG
#define __vmem_type_charp VMEM_CHARP
#define __vmem_type_hexint VMEM_HEXINT

#define module_param_named(name_, variable, type_, permissions_) \
  __vmem_record(.kind = VMEM_PARAMETER, .type = __vmem_type_##type_, .name = #name_, \
      .pointer = &(variable), .permissions = (permissions_))
#define module_param(name_, type_, permissions_) \
  __vmem_record(.kind = VMEM_PARAMETER, .type = __vmem_type_##type_, .name = #name_, \
      .pointer = &(name_), .permissions = (permissions_))
#define module_param_array_named(name_, array, type_, count_, permissions_) \
  __vmem_record(.kind = VMEM_PARAMETER_ARRAY, .type = __vmem_type_##type_, .name = #name_, \
      .pointer = (array), .more = (count_), .count = ARRAY_SIZE(array), \
      .permissions = (permissions_))
#define module_param_array(name_, type_, count_, permissions_) \
  module_param_array_named(name_, name_, type_, count_, permissions_)
#define module_param_string(name_, string, size, permissions_) \
  __vmem_record(.kind = VMEM_PARAMETER_STRING, .name = #name_, .pointer = (string), \
      .count = (size), .permissions = (permissions_))
#define module_param_cb(name_, operations, argument, permissions_) \
  __vmem_record(.kind = VMEM_PARAMETER_CALLBACK, .name = #name_, .pointer = (operations), \
      .more = (argument), .permissions = (permissions_))
#define module_param_hw module_param
#define module_param_unsafe module_param
#define MODULE_PARM_DESC(name_, text_) \
  __vmem_record(.kind = VMEM_PARAMETER_TEXT, .name = #name_, .text = (text_))
#define core_param(name, variable, type, permissions) \
  module_param_named(name, variable, type, permissions)

// What a callback of a parameter may leave to the kernel's own types.
#define __vmem_parameter(name, type, convert, conversion) \
  static inline int param_set_##name(const char *text, const struct kernel_param *parameter) { \
    return convert(text, (type *)parameter->arg); \
  } \
  static inline int param_get_##name(char *text, const struct kernel_param *parameter) { \
    return sprintf(text, conversion "\n", *(type *)parameter->arg); \
  } \
  static const struct kernel_param_ops param_ops_##name __maybe_unused = { \
    .set = param_set_##name, .get = param_get_##name, \
  };
#define __vmem_to_int(text, result) kstrtoint(text, 0, result)
#define __vmem_to_uint(text, result) kstrtouint(text, 0, result)
#define __vmem_to_long(text, result) kstrtol(text, 0, result)
#define __vmem_to_ulong(text, result) kstrtoul(text, 0, result)
static inline int vmem_to_charp(const char *text, char **result) {
  *result = kasprintf(VMEM_GFP_DIRECT_RECLAIM | VMEM_GFP_KSWAPD_RECLAIM, "%s", text);
  return *result ? 0 : -ENOMEM;
}
__vmem_parameter(bool, bool, kstrtobool, "%d")
__vmem_parameter(int, int, __vmem_to_int, "%d")
__vmem_parameter(uint, unsigned int, __vmem_to_uint, "%u")
__vmem_parameter(long, long, __vmem_to_long, "%ld")
__vmem_parameter(ulong, unsigned long, __vmem_to_ulong, "%lu")
__vmem_parameter(charp, char *, vmem_to_charp, "%s")

#endif
