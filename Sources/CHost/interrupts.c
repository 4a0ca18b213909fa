#define _GNU_SOURCE  // pipe2

#include "CHost.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

static struct termios before;
static volatile sig_atomic_t has_terminal;

// What the process that goes on and the copies of it share.
static struct shared {
  volatile unsigned asked;        // interrupts that nobody has taken yet
  volatile sig_atomic_t ended;    // whether the one that goes on was ended in the middle of a line
  volatile pid_t current;         // the one that goes on
  volatile unsigned long begun;   // lines since the last copy, the one that runs too
  uint64_t written[2];            // bytes since then, of results and of messages
} alone, *shared = &alone;
static pid_t front;               // the process that was started, whose end is the end of all
static int keeper = -1;           // tells the copy in front of which line this process began
static volatile sig_atomic_t is_copy;
static volatile sig_atomic_t is_idle;
static volatile sig_atomic_t is_forking;
static volatile sig_atomic_t told_while_forking;

void chost_restore_terminal(void) {
  if (has_terminal) tcsetattr(0, TCSANOW, &before);
}

static void end_line(void) {
  if (keeper >= 0) {
    shared->ended = 1;
    _exit(130);
  }
  chost_restore_terminal();
  static const char text[] =
      "vmemctl: interrupted in the middle of a line: nothing of it is kept\n";
  (void)!write(2, text, sizeof text - 1);
  _exit(130);
}

// In the process that goes on: a line that ends by itself soon is whole, others end in the middle.
static void act(void) {
  if (shared->asked > 1) end_line();
  struct itimerval patience = {.it_value = {.tv_usec = 25000}};
  setitimer(ITIMER_REAL, &patience, NULL);
}

static int goes_on(void) { return !is_copy && !is_forking && !is_idle; }

// The end of the patience, or a word from another process that has taken an interrupt.
static void alarmed(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  if (!goes_on() || shared->asked == 0) return;
  if (info->si_code > 0) end_line();
  act();
}

// A terminal tells all processes of its group, so each one looks at itself. Somebody else tells one of
// them, which counts it for all: whoever goes on is woken, or sees the count when it begins.
static void note(int number, siginfo_t *info, void *context) {
  (void)number, (void)context;
  if (info->si_code <= 0) {
    __atomic_add_fetch(&shared->asked, 1, __ATOMIC_SEQ_CST);
    pid_t current = __atomic_load_n(&shared->current, __ATOMIC_SEQ_CST);
    if (goes_on()) {
      act();
    } else if (current != 0 && current != getpid()) {
      kill(current, SIGALRM);
    }
  } else if (is_forking) {
    // Before the fork this is copied to the process that goes on; behind it, that one is told as well.
    told_while_forking = 1;
  } else if (goes_on()) {
    __atomic_add_fetch(&shared->asked, 1, __ATOMIC_SEQ_CST);
    act();
  }
}

void chost_note_interrupts(void) {
  has_terminal = tcgetattr(0, &before) == 0;
  struct sigaction action = {.sa_sigaction = alarmed, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaddset(&action.sa_mask, SIGINT);
  sigaddset(&action.sa_mask, SIGALRM);
  sigaction(SIGALRM, &action, NULL);
  action.sa_sigaction = note;
  sigaction(SIGINT, &action, NULL);
}

void chost_set_idle(int idle) {
  is_idle = idle;
  // One that came in between is for no line.
  shared->asked = 0;
}

int chost_take_interrupt(void) {
  return __atomic_exchange_n(&shared->asked, 0, __ATOMIC_SEQ_CST) != 0;
}

// Ends as another process has.
static void end_as(int status) {
  _exit(WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status));
}

// The process that was started is what others wait for: it stays until the one that goes on ends.
static void stay(void) {
  for (;;) {
    int status = 0;
    pid_t process = waitpid(-1, &status, 0);
    if (process < 0 && errno != EINTR) _exit(130);
    if (process == shared->current) end_as(status);
  }
}

// What a copy does until the process that goes on takes another one, or ends.
static void keep(int end, pid_t process) {
  char byte;
  ssize_t count;
  do {
    count = read(end, &byte, 1);
  } while (count < 0 && errno == EINTR);
  close(end);
  if (count == 1) {
    // Interrupts are passed on from here, too.
    if (getpid() == front) stay();
    _exit(0);
  }
  int status = 0;
  while (waitpid(process, &status, 0) < 0 && errno == EINTR) {
  }
  shared->current = getpid();
  if (!shared->ended) end_as(status);
}

unsigned long chost_leave_copy(void) {
  if (shared == &alone) {
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return 0;
    *(struct shared *)page = alone;
    shared = page;
    front = shared->current = getpid();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return 0;
  told_while_forking = 0;
  is_forking = 1;
  if (keeper >= 0) {
    (void)!write(keeper, "", 1);
    close(keeper);
    keeper = -1;
  }
  pid_t process = fork();
  if (process > 0) {
    is_copy = 1;
    is_forking = 0;
    close(ends[1]);
    keep(ends[0], process);
    // The line is not to be: here the machine is as it was.
    shared->asked = 0;
    shared->ended = is_copy = 0;
    return shared->begun;
  }
  close(ends[0]);
  if (process == 0) {
    keeper = ends[1];
    shared->ended = 0;
    shared->begun = 1;
    shared->written[0] = shared->written[1] = 0;
    __atomic_store_n(&shared->current, getpid(), __ATOMIC_SEQ_CST);
  } else {
    close(ends[1]);
  }
  is_forking = 0;
  if (told_while_forking) __atomic_add_fetch(&shared->asked, 1, __ATOMIC_SEQ_CST);
  if (__atomic_load_n(&shared->asked, __ATOMIC_SEQ_CST) != 0) act();
  return 0;
}

uint64_t *chost_written(int stream) { return shared == &alone ? NULL : &shared->written[stream]; }

void chost_count_line(void) { shared->begun++; }
