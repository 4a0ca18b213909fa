// Which kernel's interface this is: LINUX_VERSION_CODE comes from the machine's --kernel.
#ifndef VMEM_VERSION_H
#define VMEM_VERSION_H

#ifndef VMEM_LINUX_VERSION_CODE
#define VMEM_LINUX_VERSION_CODE 0x060c00
#endif
#ifndef LINUX_VERSION_CODE
#define LINUX_VERSION_CODE VMEM_LINUX_VERSION_CODE
#endif
#define KERNEL_VERSION(a, b, c) (((a) << 16) + ((b) << 8) + ((c) > 255 ? 255 : (c)))
#define LINUX_VERSION_MAJOR (LINUX_VERSION_CODE >> 16)
#define LINUX_VERSION_PATCHLEVEL ((LINUX_VERSION_CODE >> 8) & 255)
#define LINUX_VERSION_SUBLEVEL (LINUX_VERSION_CODE & 255)

#if LINUX_VERSION_CODE < KERNEL_VERSION(6, 6, 0)
#define UTS_RELEASE "6.1.0-vmemctl"
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 12, 0)
#define UTS_RELEASE "6.6.0-vmemctl"
#elif LINUX_VERSION_CODE < KERNEL_VERSION(6, 18, 0)
#define UTS_RELEASE "6.12.0-vmemctl"
#elif LINUX_VERSION_CODE < KERNEL_VERSION(7, 0, 0)
#define UTS_RELEASE "6.18.0-vmemctl"
#elif LINUX_VERSION_CODE < KERNEL_VERSION(7, 1, 0)
#define UTS_RELEASE "7.0.0-vmemctl"
#elif LINUX_VERSION_CODE < KERNEL_VERSION(7, 2, 0)
#define UTS_RELEASE "7.1.0-vmemctl"
#elif LINUX_VERSION_CODE < KERNEL_VERSION(7, 3, 0)
#define UTS_RELEASE "7.2.0-vmemctl"
#else
#define UTS_RELEASE "7.3.0-vmemctl"
#endif

#endif
