// What the start of a static program does without: `--wrap` in Scripts/install puts these in the place of
// functions that ask /proc/self/exe where the program lies, and then look for files beside it. It takes 50 us.

char *__wrap_swift_copyAuxiliaryExecutablePath(const char *name);
const char *__wrap__dl_get_origin(void);

// Where swift-backtrace is: nowhere. SWIFT_BACKTRACE can still name it.
char *__wrap_swift_copyAuxiliaryExecutablePath(const char *name) {
  (void)name;
  return 0;
}

// What $ORIGIN stands for where libraries are loaded: unknown, as where there is no /proc.
const char *__wrap__dl_get_origin(void) { return (const char *)-1; }
