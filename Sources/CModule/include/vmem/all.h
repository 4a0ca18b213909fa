// Everything. Each name that a module may include ("linux/vmalloc.h") is a file of this one line.
#ifndef VMEM_ALL_H
#define VMEM_ALL_H

#include <vmem/abi.h>
#include <vmem/atomic.h>
#include <vmem/bitmap.h>
#include <vmem/containers.h>
#include <vmem/gfp.h>
#include <vmem/highmem.h>
#include <vmem/io.h>
#include <vmem/module.h>
#include <vmem/nodemask.h>
#include <vmem/notifier.h>
#include <vmem/pagewalk.h>
#include <vmem/rbtree.h>
#include <vmem/text.h>
#include <vmem/wait.h>
#include <vmem/workqueue.h>
#include <vmem/misc.h>
#include <vmem/versions.h>

#endif
