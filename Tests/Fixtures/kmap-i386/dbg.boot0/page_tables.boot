---[ vmalloc() End ]---
0xff600000-0xff601000           4K                               pte
---[ Persistent kmap() Area ]---
0xff601000-0xff800000        2044K                               pte
---[ LDT remap ]---
0xff800000-0xffa00000           2M                               pmd
---[ CPU entry area ]---
0xffa00000-0xffa01000           4K     ro                 GLB NX pte
0xffa01000-0xffa02000           4K     RW                 GLB NX pte
0xffa02000-0xffa03000           4K                               pte
0xffa03000-0xffa04000           4K     RW                 GLB NX pte
0xffa04000-0xffa05000           4K                               pte
0xffa05000-0xffa0b000          24K     RW                 GLB NX pte
0xffa0b000-0xffa2c000         132K                               pte
0xffa2c000-0xffa2d000           4K     RW                 GLB NX pte
0xffa2d000-0xffa2e000           4K                               pte
0xffa2e000-0xffa2f000           4K     RW                 GLB NX pte
0xffa2f000-0xffa30000           4K                               pte
0xffa30000-0xffa36000          24K     RW                 GLB NX pte
0xffa36000-0xfff78000        5384K                               pte
---[ Fixmap area ]---
0xfff78000-0xffffb000         524K                               pte
0xffffb000-0xffffd000           8K     RW PWT PCD         GLB NX pte
0xffffd000-0x00000000          12K                               pte
