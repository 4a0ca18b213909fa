extension SVGCanvas {
  /// What a document says of itself to whoever cannot see it.
  struct Words {
    /// One line: what is shown.
    let title: String
    /// The picture in words.
    let description: String
  }

  /// Writes the whole document.
  mutating func write(_ words: Words, as format: PictureFormat, to writer: inout ByteWriter) {
    let bottom = height + Self.margin
    if format == .html { Self.beginPage(words.title, to: &writer) }
    writer.write("<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 ")
    writer.decimal(Self.width)
    writer.write(byte: 0x20)
    writer.decimal(bottom)
    writer.write("\" width=\"")
    writer.decimal(Self.width)
    writer.write("\" height=\"")
    writer.decimal(bottom)
    writer.write("\" xml:space=\"preserve\" role=\"img\" aria-label=\"")
    writer.xml(words.title)
    writer.write("\">\n<title>")
    writer.xml(words.title)
    writer.write("</title>\n<desc>")
    writer.xml(words.description)
    writer.write("</desc>\n<style>\n")
    writer.write(Self.style)
    writer.write("@media screen and (prefers-color-scheme: dark) {\n")
    writer.write(Self.darkStyle)
    writer.write("}\n</style>\n")
    writer.write(Self.patterns)
    writer.write("<rect class=\"page\" width=\"")
    writer.decimal(Self.width)
    writer.write("\" height=\"")
    writer.decimal(bottom)
    writer.write("\"/>\n")
    writer.write(takeBody().span)
    writer.write("</svg>\n")
    if format == .html { writer.write("</body>\n</html>\n") }
  }

  private static func beginPage(_ title: String, to writer: inout ByteWriter) {
    writer.write("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\"/>\n<title>")
    writer.xml(title)
    writer.write("</title>\n<style>\n")
    writer.write(
      """
      body { margin: 0; background: #ffffff; }
      svg { display: block; max-width: 100%; height: auto; margin: 0 auto; }
      @media screen and (prefers-color-scheme: dark) { body { background: #0d1117; } }
      </style>
      </head>
      <body>

      """)
  }

  /// Colours of Okabe and Ito, which people with any kind of colour vision tell apart. What is no
  /// area differs by its pattern, too.
  static let style: StaticString = """
    text { font: 12px 'DejaVu Sans Mono', Menlo, Consolas, monospace; fill: #1f2328;
      white-space: pre; }
    .title { font-size: 16px; font-weight: bold; }
    .muted { fill: #59636e; }
    .strong { font-weight: bold; }
    rect { shape-rendering: crispEdges; stroke: none; }
    .page { fill: #ffffff; }
    .box, .frame { fill: #f6f8fa; stroke: #59636e; }
    .frame { fill: none; }
    .empty { fill: #d8dee4; stroke: #59636e; }
    .taken { fill: #e69f00; stroke: #59636e; }
    .missing { fill: none; stroke: #d55e00; stroke-dasharray: 5 3; }
    .changed { fill: #e69f00; }
    .mapped { fill: #1f2328; }
    polyline { fill: none; stroke: #59636e; }
    .arrow { stroke-width: 2; }
    .head { fill: #59636e; }
    .cut { stroke: #ffffff; stroke-width: 5; }
    .vmalloc, .leaf { fill: #0072b2; }
    .vmap { fill: #56b4e9; }
    .ioremap { fill: #d55e00; }
    .sparse, .table { fill: #009e73; }
    .vm_map_ram { fill: #cc79a7; }
    .percpu { fill: #f0e442; }
    .arena { fill: #e69f00; }
    .stack { fill: #8a6d3b; }
    .area { fill: #6e7781; }
    .unpurged { fill: url(#slanted); stroke: #59636e; }
    .pool { fill: url(#dotted); stroke: #59636e; }
    .hole { fill: none; stroke: #59636e; stroke-dasharray: 2 3; }
    .unlisted { fill: url(#crossed); stroke: #59636e; }
    .guard { fill: url(#crossed); stroke: none; }
    .ink { stroke: #59636e; fill: none; }
    .dot { fill: #59636e; }

    """

  static let darkStyle: StaticString = """
    text { fill: #f0f6fc; }
    .muted { fill: #9198a1; }
    .page { fill: #0d1117; }
    .box, .frame { fill: #151b23; stroke: #9198a1; }
    .frame { fill: none; }
    .empty { fill: #30363d; stroke: #9198a1; }
    .taken { fill: #8a5f00; stroke: #9198a1; }
    .changed { fill: #e69f00; }
    .mapped { fill: #f0f6fc; }
    polyline { stroke: #9198a1; }
    .head, .dot { fill: #9198a1; }
    .cut { stroke: #0d1117; }
    .stack { fill: #a98c58; }
    .area { fill: #9198a1; }
    .unpurged, .pool, .hole, .unlisted, .ink { stroke: #9198a1; }

    """

  private static let patterns: StaticString = """
    <defs>
    <pattern id="slanted" width="8" height="8" patternUnits="userSpaceOnUse">
    <path class="ink" d="M-2 10 L10 -2 M-2 2 L2 -2 M6 10 L10 6"/>
    </pattern>
    <pattern id="dotted" width="8" height="8" patternUnits="userSpaceOnUse">
    <circle class="dot" cx="4" cy="4" r="2"/>
    </pattern>
    <pattern id="crossed" width="6" height="6" patternUnits="userSpaceOnUse">
    <path class="ink" d="M0 0 L6 6 M6 0 L0 6"/>
    </pattern>
    </defs>

    """
}
