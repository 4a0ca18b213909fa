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

static volatile sig_atomic_t interrupted;
static struct termios before;
static volatile sig_atomic_t has_terminal;

// What the process that goes on and the copies of it share.
static struct shared {
  volatile sig_atomic_t ended;    // whether the one that goes on was ended in the middle of a line
  volatile pid_t current;         // the one that goes on
  volatile unsigned long begun;   // lines since the last copy, the one that runs too
  uint64_t written[2];            // bytes since then, of results and of messages
} *shared;
static pid_t front;               // the process that was started, whose end is the end of all
static int keeper = -1;           // tells the copy in front of which line this process began
static volatile sig_atomic_t is_copy;
static volatile sig_atomic_t is_idle;

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

static void alarmed(int number) {
  (void)number;
  if (interrupted && !is_copy) end_line();
}

static void note(int number, siginfo_t *info, void *context) {
  (void)context;
  if (is_copy) {
    // A terminal tells all of us; somebody else only the process that was started, or went on then.
    // Who goes on may leave a copy and be gone meanwhile: then the next one is told.
    pid_t process;
    do {
      process = shared->current;
      if (info->si_code <= 0 && process != getpid()) kill(process, number);
    } while (process != shared->current);
    return;
  }
  if (is_idle) return;
  if (interrupted) end_line();
  interrupted = 1;
  // A line that ends by itself until then is whole.
  struct itimerval patience = {.it_value = {.tv_usec = 25000}};
  setitimer(ITIMER_REAL, &patience, NULL);
}

void chost_note_interrupts(void) {
  has_terminal = tcgetattr(0, &before) == 0;
  signal(SIGALRM, alarmed);
  struct sigaction action = {.sa_sigaction = note, .sa_flags = SA_SIGINFO | SA_RESTART};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
}

void chost_set_idle(int idle) { is_idle = idle; }

int chost_take_interrupt(void) {
  int was = interrupted;
  interrupted = 0;
  return was;
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

static void block(int how) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGALRM);
  sigprocmask(how, &signals, NULL);
}

unsigned long chost_leave_copy(void) {
  if (!shared) {
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (page == MAP_FAILED) return 0;
    shared = page;
    front = getpid();
    prctl(PR_SET_CHILD_SUBREAPER, 1);
  }
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return 0;
  block(SIG_BLOCK);
  if (keeper >= 0) {
    (void)!write(keeper, "", 1);
    close(keeper);
    keeper = -1;
  }
  pid_t process = fork();
  if (process > 0) {
    is_copy = 1;
    // Known from here on, not when the new process first runs: signals until then are for it.
    shared->current = process;
    close(ends[1]);
    // One that has come meanwhile is for the process that goes on.
    sigset_t waiting;
    if (sigpending(&waiting) == 0 && sigismember(&waiting, SIGINT)) kill(process, SIGINT);
    block(SIG_UNBLOCK);
    keep(ends[0], process);
    // The line is not to be: here the machine is as it was.
    interrupted = shared->ended = is_copy = 0;
    return shared->begun;
  }
  close(ends[0]);
  if (process == 0) {
    keeper = ends[1];
    shared->ended = 0;
    shared->begun = 1;
    shared->written[0] = shared->written[1] = 0;
    shared->current = getpid();  // the copy may not have said so yet
  } else {
    close(ends[1]);
  }
  block(SIG_UNBLOCK);
  return 0;
}

uint64_t *chost_written(int stream) { return shared ? &shared->written[stream] : NULL; }

void chost_count_line(void) {
  if (shared) shared->begun++;
}
