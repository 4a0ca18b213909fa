import Glibc
import TestSupport
import Testing

/// README and the articles: what holds of the pages besides what their commands print.
@Suite struct PageTests {
  /// A reader gets through README in one go; everything else is an article.
  @Test func readmeIsShort() throws {
    #expect(try Pages.read(Pages.readme).utf8.count <= 10_000)
  }

  /// Pages without commands would pass unseen.
  @Test func pagesShowCommands() throws {
    let commands = try Pages.all.map {
      Transcript(try Pages.read($0), isMarkdown: true).steps.count
    }
    #expect(commands[0] >= 5)
    #expect(commands.filter { $0 > 0 }.count >= 10)
  }

  @Test(arguments: Pages.all)
  func linksLeadToFiles(_ page: String) throws {
    let folder = TestFiles.parent(of: TestFiles.root + "/" + page)
    for link in try Pages.links(of: page) {
      #expect(access(folder + "/" + link, F_OK) == 0, "\(page): \(link)")
    }
  }

  /// README leads to every article but the catalogues' own first pages, and so does its catalogue.
  @Test func everyArticleIsFound() throws {
    let linked = Set(try Pages.links(of: Pages.readme))
    for article in Pages.articles {
      let folder = TestFiles.parent(of: article)
      let catalogue = folder.split(separator: "/").last?.dropLast(".docc".count) ?? ""
      let name = article.dropFirst(folder.count + 1).dropLast(".md".count)
      if name == catalogue { continue }
      #expect(linked.contains(article), "README.md has no link to \(article)")
      let topics = try Pages.read("\(folder)/\(catalogue).md")
      #expect(topics.contains("<doc:\(name)>"), "\(catalogue).md has no topic \(name)")
    }
  }

  /// A command that does not fit a line is a script, and is shown as one.
  @Test(arguments: Pages.all)
  func commandsFitTheLine(_ page: String) throws {
    for step in Transcript(try Pages.read(page), isMarkdown: true).steps {
      #expect(step.command.count <= 100, "\(page): \(step.command)")
    }
  }

  /// The session of the article is the script, line for line.
  @Test func articleShowsTheSession() throws {
    let script = try Pages.read("examples/shell/session.sh").split(separator: "\n").dropFirst(2)
    #expect(script.count > 15)
    let page = try Pages.read("Sources/VMemCLI/VMemCLI.docc/Sessions.md").split(separator: "\n")
    let commands = page.filter { $0.hasPrefix("$ ") }.map { $0.dropFirst(2) }
    #expect(commands.contains(Array(script)))
  }

  /// The program of the first article is the one that is compiled; the article shows what it prints.
  @Test func articleShowsTheProgram() throws {
    let source = try Pages.read("Tests/Package/Sources/FirstMachine/FirstMachine.swift")
    let blocks = try Pages.blocks("swift", of: "Sources/VMem/VMem.docc/FirstMachine.md")
    let shown = blocks.map { $0.map { $0 + "\n" }.joined() }
    #expect(shown.contains(source))
  }
}
