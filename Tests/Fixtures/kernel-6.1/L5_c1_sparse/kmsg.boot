<5> Linux version 6.1.192-vmt (root@vm) (gcc (Debian 12.2.0-14+deb12u1) 12.2.0, GNU ld (GNU Binutils for Debian) 2.40) #5 SMP Sat Nov 21 04:43:20 UTC 2026
<6> Command line: console=ttyS0 nokaslr no_hash_pointers panic=-1 oops=panic nmi_watchdog=0 nowatchdog vmt=L5_c1_sparse 
<6> BIOS-provided physical RAM map:
<6> BIOS-e820: [mem 0x0000000000000000-0x000000000009fbff] usable
<6> BIOS-e820: [mem 0x000000000009fc00-0x000000000009ffff] reserved
<6> BIOS-e820: [mem 0x00000000000f0000-0x00000000000fffff] reserved
<6> BIOS-e820: [mem 0x0000000000100000-0x000000003ffdffff] usable
<6> BIOS-e820: [mem 0x000000003ffe0000-0x000000003fffffff] reserved
<6> BIOS-e820: [mem 0x00000000fffc0000-0x00000000ffffffff] reserved
<6> BIOS-e820: [mem 0x000000fd00000000-0x000000ffffffffff] reserved
<4> **********************************************************
<4> **   NOTICE NOTICE NOTICE NOTICE NOTICE NOTICE NOTICE   **
<4> **                                                      **
<4> ** This system shows unhashed kernel memory addresses   **
<4> ** via the console, logs, and other interfaces. This    **
<4> ** might reduce the security of your system.            **
<4> **                                                      **
<4> ** If you see this message and you are not debugging    **
<4> ** the kernel, report this immediately to your system   **
<4> ** administrator!                                       **
<4> **                                                      **
<4> **   NOTICE NOTICE NOTICE NOTICE NOTICE NOTICE NOTICE   **
<4> **********************************************************
<6> NX (Execute Disable) protection: active
<7> e820: update [mem 0x00000000-0x00000fff] usable ==> reserved
<7> e820: remove [mem 0x000a0000-0x000fffff] usable
<6> last_pfn = 0x3ffe0 max_arch_pfn = 0x10000000000
<6> x86/PAT: Configuration [0-7]: WB  WC  UC- UC  WB  WP  UC- WT  
<6> found SMP MP-table at [mem 0x000f5b90-0x000f5b9f]
<6> Using GB pages for direct mapping
<6> ACPI: Early table checksum verification disabled
<6> ACPI: RSDP 0x00000000000F5980 000014 (v00 BOCHS )
<6> ACPI: RSDT 0x000000003FFE1C09 000038 (v01 BOCHS  BXPC     00000001 BXPC 00000001)
<6> ACPI: FACP 0x000000003FFE19C5 000074 (v01 BOCHS  BXPC     00000001 BXPC 00000001)
<6> ACPI: DSDT 0x000000003FFE0040 001985 (v01 BOCHS  BXPC     00000001 BXPC 00000001)
<6> ACPI: FACS 0x000000003FFE0000 000040
<6> ACPI: APIC 0x000000003FFE1A39 000080 (v01 BOCHS  BXPC     00000001 BXPC 00000001)
<6> ACPI: HPET 0x000000003FFE1AB9 000038 (v01 BOCHS  BXPC     00000001 BXPC 00000001)
<6> ACPI: SRAT 0x000000003FFE1AF1 0000F0 (v01 BOCHS  BXPC     00000001 BXPC 00000001)
<6> ACPI: WAET 0x000000003FFE1BE1 000028 (v01 BOCHS  BXPC     00000001 BXPC 00000001)
<6> ACPI: Reserving FACP table memory at [mem 0x3ffe19c5-0x3ffe1a38]
<6> ACPI: Reserving DSDT table memory at [mem 0x3ffe0040-0x3ffe19c4]
<6> ACPI: Reserving FACS table memory at [mem 0x3ffe0000-0x3ffe003f]
<6> ACPI: Reserving APIC table memory at [mem 0x3ffe1a39-0x3ffe1ab8]
<6> ACPI: Reserving HPET table memory at [mem 0x3ffe1ab9-0x3ffe1af0]
<6> ACPI: Reserving SRAT table memory at [mem 0x3ffe1af1-0x3ffe1be0]
<6> ACPI: Reserving WAET table memory at [mem 0x3ffe1be1-0x3ffe1c08]
<6> SRAT: PXM 0 -> APIC 0x00 -> Node 0
<6> SRAT: PXM 1 -> APIC 0x01 -> Node 1
<6> ACPI: SRAT: Node 0 PXM 0 [mem 0x00000000-0x0009ffff]
<6> ACPI: SRAT: Node 0 PXM 0 [mem 0x00100000-0x1fffffff]
<6> ACPI: SRAT: Node 1 PXM 1 [mem 0x20000000-0x3fffffff]
<6> NUMA: Node 0 [mem 0x00000000-0x0009ffff] + [mem 0x00100000-0x1fffffff] -> [mem 0x00000000-0x1fffffff]
<6> NODE_DATA(0) allocated [mem 0x1fffe000-0x1fffffff]
<6> NODE_DATA(1) allocated [mem 0x3fc1c000-0x3fc1dfff]
<6> Zone ranges:
<6> Movable zone start for each node
<6> Early memory node ranges
<6> Initmem setup node 0 [mem 0x0000000000001000-0x000000001fffffff]
<6> Initmem setup node 1 [mem 0x0000000020000000-0x000000003ffdffff]
<6> On node 0, zone DMA32: 1 pages in unavailable ranges
<6> On node 0, zone DMA32: 97 pages in unavailable ranges
<6> On node 1, zone DMA32: 32 pages in unavailable ranges
<6> ACPI: PM-Timer IO Port: 0x608
<6> ACPI: LAPIC_NMI (acpi_id[0xff] dfl dfl lint[0x1])
<6> IOAPIC[0]: apic_id 0, version 32, address 0xfec00000, GSI 0-23
<6> ACPI: INT_SRC_OVR (bus 0 bus_irq 0 global_irq 2 dfl dfl)
<6> ACPI: INT_SRC_OVR (bus 0 bus_irq 5 global_irq 5 high level)
<6> ACPI: INT_SRC_OVR (bus 0 bus_irq 9 global_irq 9 high level)
<6> ACPI: INT_SRC_OVR (bus 0 bus_irq 10 global_irq 10 high level)
<6> ACPI: INT_SRC_OVR (bus 0 bus_irq 11 global_irq 11 high level)
<6> ACPI: Using ACPI (MADT) for SMP configuration information
<6> ACPI: HPET id: 0x8086a201 base: 0xfed00000
<6> smpboot: Allowing 2 CPUs, 0 hotplug CPUs
<6> [mem 0x40000000-0xfffbffff] available for PCI devices
<6> clocksource: refined-jiffies: mask: 0xffffffff max_cycles: 0xffffffff, max_idle_ns: 7645519600211568 ns
<6> setup_percpu: NR_CPUS:8 nr_cpumask_bits:2 nr_cpu_ids:2 nr_node_ids:2
<6> percpu: Embedded 42 pages/cpu s135128 r8192 d28712 u2097152
<7> pcpu-alloc: s135128 r8192 d28712 u2097152 alloc=1*2097152
<7> pcpu-alloc: [0] 0 [1] 1 
<6> Fallback order for Node 0: 0 1 
<6> Fallback order for Node 1: 1 0 
<6> Built 2 zonelists, mobility grouping on.  Total pages: 257602
<6> Policy zone: DMA32
<5> Kernel command line: console=ttyS0 nokaslr no_hash_pointers panic=-1 oops=panic nmi_watchdog=0 nowatchdog vmt=L5_c1_sparse 
<5> Unknown kernel command line parameters "nokaslr nowatchdog nmi_watchdog=0 vmt=L5_c1_sparse", will be passed to user space.
<6> mem auto-init: stack:all(zero), heap alloc:off, heap free:off
<6> Memory: 1013256K/1048056K available (6144K kernel code, 819K rwdata, 1196K rodata, 788K init, 388K bss, 34600K reserved, 0K cma-reserved)
<6> SLUB: HWalign=64, Order=0-3, MinObjects=0, CPUs=2, Nodes=2
<6> rcu: Hierarchical RCU implementation.
<6> rcu: 	RCU restricting CPUs from NR_CPUS=8 to nr_cpu_ids=2.
<6> rcu: RCU calculated value of scheduler-enlistment delay is 25 jiffies.
<6> rcu: Adjusting geometry for rcu_fanout_leaf=16, nr_cpu_ids=2
<6> NR_IRQS: 4352, nr_irqs: 56, preallocated irqs: 16
<6> rcu: srcu_init: Setting srcu_struct sizes based on contention.
<6> printk: console [ttyS0] enabled
<6> ACPI: Core revision 20220331
<6> clocksource: hpet: mask: 0xffffffff max_cycles: 0xffffffff, max_idle_ns: 19112604467 ns
<6> APIC: Switch to symmetric I/O mode setup
<6> ..TIMER: vector=0x30 apic1=0 pin1=2 apic2=-1 pin2=-1
<4> tsc: Unable to calibrate against PIT
<6> tsc: using HPET reference calibration
<6> tsc: Detected 2594.354 MHz processor
<6> tsc: Marking TSC unstable due to TSCs unsynchronized
<6> Calibrating delay loop (skipped), value calculated using timer frequency.. 5188.70 BogoMIPS (lpj=10377416)
<6> process: using AMD E400 aware idle routine
<6> Last level iTLB entries: 4KB 512, 2MB 255, 4MB 127
<6> Last level dTLB entries: 4KB 512, 2MB 255, 4MB 127, 1GB 0
<6> x86/fpu: Supporting XSAVE feature 0x001: 'x87 floating point registers'
<6> x86/fpu: Supporting XSAVE feature 0x002: 'SSE registers'
<6> x86/fpu: Supporting XSAVE feature 0x004: 'AVX registers'
<6> x86/fpu: Supporting XSAVE feature 0x008: 'MPX bounds registers'
<6> x86/fpu: Supporting XSAVE feature 0x010: 'MPX CSR'
<6> x86/fpu: Supporting XSAVE feature 0x200: 'Protection Keys User registers'
<6> x86/fpu: xstate_offset[2]:  576, xstate_sizes[2]:  256
<6> x86/fpu: xstate_offset[3]:  960, xstate_sizes[3]:   64
<6> x86/fpu: xstate_offset[4]: 1024, xstate_sizes[4]:   64
<6> x86/fpu: xstate_offset[9]: 2688, xstate_sizes[9]:    8
<6> x86/fpu: Enabled xstate features 0x21f, context size is 2696 bytes, using 'standard' format.
<6> Freeing SMP alternatives memory: 12K
<6> pid_max: default: 4096 minimum: 301
<6> Dentry cache hash table entries: 131072 (order: 8, 1048576 bytes, vmalloc)
<6> Inode-cache hash table entries: 65536 (order: 7, 524288 bytes, vmalloc)
<6> Mount-cache hash table entries: 2048 (order: 2, 16384 bytes, vmalloc)
<6> Mountpoint-cache hash table entries: 2048 (order: 2, 16384 bytes, vmalloc)
<6> smpboot: CPU0: AMD QEMU TCG CPU version 2.5+ (family: 0xf, model: 0x6b, stepping: 0x1)
<6> Performance Events: PMU not available due to virtualization, using software events only.
<6> signal: max sigframe size: 3232
<6> rcu: Hierarchical SRCU implementation.
<6> rcu: 	Max phase no-delay instances is 1000.
<6> smp: Bringing up secondary CPUs ...
<6> x86: Booting SMP configuration:
<6> .... node  #1, CPUs:      #1
<6> smp: Brought up 2 nodes, 2 CPUs
<6> smpboot: Max logical packages: 2
<6> smpboot: Total of 2 processors activated (10391.98 BogoMIPS)
<6> devtmpfs: initialized
<6> clocksource: jiffies: mask: 0xffffffff max_cycles: 0xffffffff, max_idle_ns: 7645041785100000 ns
<6> futex hash table entries: 16 (order: 0, 1024 bytes, vmalloc)
<6> thermal_sys: Registered thermal governor 'step_wise'
<6> thermal_sys: Registered thermal governor 'user_space'
<6> cpuidle: using governor menu
<6> PCI: Using configuration type 1 for base access
<4> mtrr: your CPUs had inconsistent fixed MTRR settings
<4> mtrr: your CPUs had inconsistent variable MTRR settings
<4> mtrr: your CPUs had inconsistent MTRRdefType settings
<6> mtrr: probably your BIOS does not setup all CPUs.
<6> mtrr: corrected configuration.
<6> HugeTLB: registered 2.00 MiB page size, pre-allocated 0 pages
<6> HugeTLB: 28 KiB vmemmap can be freed for a 2.00 MiB page
<6> ACPI: Added _OSI(Module Device)
<6> ACPI: Added _OSI(Processor Device)
<6> ACPI: Added _OSI(Processor Aggregator Device)
<6> ACPI: 1 ACPI AML tables successfully acquired and loaded
<6> ACPI: Interpreter enabled
<6> ACPI: PM: (supports S0 S5)
<6> ACPI: Using IOAPIC for interrupt routing
<6> PCI: Using host bridge windows from ACPI; if necessary, use "pci=nocrs" and report a bug
<6> PCI: Using E820 reservations for host bridge windows
<6> ACPI: Enabled 2 GPEs in block 00 to 0F
<6> ACPI: PCI Root Bridge [PCI0] (domain 0000 [bus 00-ff])
<6> acpi PNP0A03:00: _OSC: OS supports [ASPM ClockPM Segments HPX-Type3]
<6> acpi PNP0A03:00: PCIe port services disabled; not requesting _OSC control
<4> acpi PNP0A03:00: fail to add MMCONFIG information, can't access extended PCI configuration space under this bridge.
<6> PCI host bridge to bus 0000:00
<4> pci_bus 0000:00: Unknown NUMA node; performance will be reduced
<6> pci_bus 0000:00: root bus resource [io  0x0000-0x0cf7 window]
<6> pci_bus 0000:00: root bus resource [io  0x0d00-0xffff window]
<6> pci_bus 0000:00: root bus resource [mem 0x000a0000-0x000bffff window]
<6> pci_bus 0000:00: root bus resource [mem 0x40000000-0xfebfffff window]
<6> pci_bus 0000:00: root bus resource [mem 0x100000000-0x17fffffff window]
<6> pci_bus 0000:00: root bus resource [bus 00-ff]
<6> pci 0000:00:00.0: [8086:1237] type 00 class 0x060000
<6> pci 0000:00:01.0: [8086:7000] type 00 class 0x060100
<6> pci 0000:00:01.1: [8086:7010] type 00 class 0x010180
<6> pci 0000:00:01.1: BAR 4 [io  0xc000-0xc00f]
<6> pci 0000:00:01.1: BAR 0 [io  0x01f0-0x01f7]: legacy IDE quirk
<6> pci 0000:00:01.1: BAR 1 [io  0x03f6]: legacy IDE quirk
<6> pci 0000:00:01.1: BAR 2 [io  0x0170-0x0177]: legacy IDE quirk
<6> pci 0000:00:01.1: BAR 3 [io  0x0376]: legacy IDE quirk
<6> pci 0000:00:01.3: [8086:7113] type 00 class 0x068000
<6> pci 0000:00:01.3: quirk: [io  0x0600-0x063f] claimed by PIIX4 ACPI
<6> pci 0000:00:01.3: quirk: [io  0x0700-0x070f] claimed by PIIX4 SMB
<6> ACPI: PCI: Interrupt link LNKA configured for IRQ 10
<6> ACPI: PCI: Interrupt link LNKB configured for IRQ 10
<6> ACPI: PCI: Interrupt link LNKC configured for IRQ 11
<6> ACPI: PCI: Interrupt link LNKD configured for IRQ 11
<6> ACPI: PCI: Interrupt link LNKS configured for IRQ 9
<6> PCI: Using ACPI for IRQ routing
<7> PCI: pci_cache_line_size set to 64 bytes
<7> e820: reserve RAM buffer [mem 0x0009fc00-0x0009ffff]
<7> e820: reserve RAM buffer [mem 0x3ffe0000-0x3fffffff]
<6> vgaarb: loaded
<6> clocksource: Switched to clocksource hpet
<4> ACPI: Failed to create genetlink family for ACPI event
<6> pnp: PnP ACPI init
<7> pnp 00:02: [dma 2]
<6> pnp: PnP ACPI: found 6 devices
<6> clocksource: acpi_pm: mask: 0xffffff max_cycles: 0xffffff, max_idle_ns: 2085701024 ns
<6> pci_bus 0000:00: resource 4 [io  0x0000-0x0cf7 window]
<6> pci_bus 0000:00: resource 5 [io  0x0d00-0xffff window]
<6> pci_bus 0000:00: resource 6 [mem 0x000a0000-0x000bffff window]
<6> pci_bus 0000:00: resource 7 [mem 0x40000000-0xfebfffff window]
<6> pci_bus 0000:00: resource 8 [mem 0x100000000-0x17fffffff window]
<6> pci 0000:00:01.0: PIIX3: Enabling Passive Release
<6> pci 0000:00:00.0: Limiting direct PCI/PCI transfers
<6> PCI: CLS 0 bytes, default 64
<6> Unpacking initramfs...
<6> workingset: timestamp_bits=59 max_order=18 bucket_order=0
<6> Serial: 8250/16550 driver, 4 ports, IRQ sharing disabled
<6> 00:03: ttyS1 at I/O 0x2f8 (irq = 3, base_baud = 115200) is a 16550A
<6> 00:04: ttyS0 at I/O 0x3f8 (irq = 4, base_baud = 115200) is a 16550A
<6> IPI shorthand broadcast: enabled
<6> Freeing initrd memory: 3848K
<6> Freeing unused kernel image (initmem) memory: 788K
<6> Write protecting the kernel read-only data: 10240k
<6> Freeing unused kernel image (text/rodata gap) memory: 2044K
<6> Freeing unused kernel image (rodata/data gap) memory: 852K
<6> Run /init as init process
<4> vmt: loading out-of-tree module taints kernel.
