import Testing
import VMemScript

@Suite struct ScriptTests {
  @Test func sparseStory() {
    let result = run(
      """
      boot --memory 64M --cpus 2
      P = alloc_pages 8
      s = get_vm_area 64K --flags sparse
      vm_area_map_pages s s+0x4000..s+0x6000 P[0..2]
      vmalloc_to_page s+0x5000 --name
      write s+0x4000 text:hello
      read P[0] 5
      expect ERANGE vm_area_map_pages s s..s+68K P[0..8]
      expect ENOMEM,warn vm_area_map_pages s s+0x4000..s+0x5000 P[3]
      vm_area_unmap_pages s s+0x4000..s+0x6000
      expect fault read s+0x4000 1
      assert s.size eq 64K
      find_vm_area s
      free_vm_area s
      """)
    #expect(result.messages == "")
    #expect(result.exit == .success)
    #expect(
      result.lines.prefix(4) == ["8", "0xffffc90000000000", "0", "P[1]"])
    #expect(result.lines[5] == "68 65 6c 6c 6f")
  }
}
