---[ vmalloc() End ]---
0xff400000-0xff401000           4K                               pte
---[ Persistent kmap() Area ]---
0xff401000-0xff800000        4092K                               pte
---[ LDT remap ]---
0xff800000-0xffc00000           4M                               pgd
---[ CPU entry area ]---
0xffc00000-0xffc01000           4K     ro                 GLB x  pte
0xffc01000-0xffc02000           4K     RW                 GLB x  pte
0xffc02000-0xffc03000           4K                               pte
0xffc03000-0xffc04000           4K     RW                 GLB x  pte
0xffc04000-0xffc05000           4K                               pte
0xffc05000-0xffc0b000          24K     RW                 GLB x  pte
0xffc0b000-0xffc2c000         132K                               pte
0xffc2c000-0xffc2d000           4K     RW                 GLB x  pte
0xffc2d000-0xffc2e000           4K                               pte
0xffc2e000-0xffc2f000           4K     RW                 GLB x  pte
0xffc2f000-0xffc30000           4K                               pte
0xffc30000-0xffc36000          24K     RW                 GLB x  pte
0xffc36000-0xfff9a000        3472K                               pte
---[ Fixmap area ]---
0xfff9a000-0xffffb000         388K                               pte
0xffffb000-0xffffd000           8K     RW PWT PCD         GLB x  pte
0xffffd000-0x00000000          12K                               pte
