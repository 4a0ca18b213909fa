#include "CHost.h"

#include <signal.h>
#include <termios.h>
#include <unistd.h>

static volatile sig_atomic_t interrupted;
static struct termios before;
static volatile sig_atomic_t has_terminal;

void chost_restore_terminal(void) {
  if (has_terminal) tcsetattr(0, TCSANOW, &before);
}

static void note(int number) {
  (void)number;
  if (interrupted) {
    chost_restore_terminal();
    _exit(130);
  }
  interrupted = 1;
}

void chost_note_interrupts(void) {
  has_terminal = tcgetattr(0, &before) == 0;
  signal(SIGINT, note);
}

int chost_take_interrupt(void) {
  int was = interrupted;
  interrupted = 0;
  return was;
}
