extension Views {
  /// Draws how the largest holes and the busy bytes went during a replay.
  ///
  /// - Parameters:
  ///   - name: the trace's file.
  ///   - samples: ascending; empty for a trace without events.
  package static func replay(
    _ name: String, _ samples: [ReplaySample], to writer: inout ByteWriter
  ) {
    var canvas = SVGCanvas()
    let title = "Largest hole while \(name) was replayed"
    canvas.text(title, x: SVGCanvas.margin, y: 28, "title")
    canvas.text(axis(samples), x: SVGCanvas.margin, y: 48, "muted")
    var y = 72
    let curves: [(String, StaticString, (ReplaySample) -> UInt64)] = [
      ("largest hole of the vmalloc window", "vmalloc", { $0.vmallocHole }),
      ("largest hole of the modules' window", "vmap", { $0.modulesHole }),
      ("bytes of busy areas", "table", { $0.busy }),
    ]
    for (label, kind, value) in curves {
      draw(samples.map { ($0, value($0)) }, label, kind, at: y, on: &canvas)
      y += 150
    }
    let words = samples.isEmpty ? "no event" : description(samples)
    canvas.write(SVGCanvas.Words(title: title, description: words), as: .svg, to: &writer)
  }

  private static func axis(_ samples: [ReplaySample]) -> String {
    guard let first = samples.first, let last = samples.last else { return "no event" }
    guard let from = first.time, let to = last.time else {
      return "lines \(first.line) to \(last.line) of the trace, from left to right"
    }
    return "\(seconds(from)) to \(seconds(to)) of the trace's clock, from left to right"
  }

  private static func description(_ samples: [ReplaySample]) -> String {
    let holes = samples.map(\.vmallocHole)
    let modules = samples.map(\.modulesHole)
    let busy = samples.map(\.busy)
    return "vmalloc window \(span(holes)); modules \(span(modules)); busy \(span(busy))"
  }

  private static func span(_ values: [UInt64]) -> String {
    "\(ByteSize(values.min() ?? 0)) to \(ByteSize(values.max() ?? 0))"
  }

  private static func draw(
    _ samples: [(sample: ReplaySample, value: UInt64)], _ label: String, _ kind: StaticString,
    at y: Int, on canvas: inout SVGCanvas
  ) {
    let (left, width, height) = (SVGCanvas.margin, SVGCanvas.width - 2 * SVGCanvas.margin, 96)
    canvas.begin(title: "\(label): \(span(samples.map(\.value)))")
    canvas.text([(label, "strong"), ("  \(span(samples.map(\.value)))", "muted")], x: left, y: y)
    canvas.rectangle(x: left, y: y + 10, width: width, height: height, "frame")
    let low = samples.map(\.value).min() ?? 0
    let range = max(1, (samples.map(\.value).max() ?? 0) - low)
    let start = samples.first.map { place($0.sample) } ?? 0
    let length = max(1, (samples.last.map { place($0.sample) } ?? 0) &- start)
    // A step is drawn as one: a value holds until the next.
    var points: [(x: Int, y: Int)] = []
    for (sample, value) in samples {
      let across = Double(place(sample) &- start) / Double(length)
      let x = left + Int(across * Double(width))
      let up = Double(value - low) / Double(range)
      let down = y + 10 + height - 4 - Int(up * Double(height - 8))
      if let last = points.last, last.y != down { points.append((x, last.y)) }
      if points.last.map({ $0 != (x, down) }) ?? true { points.append((x, down)) }
    }
    if points.count > 1 { canvas.line(points, kind) }
    canvas.end()
  }

  private static func place(_ sample: ReplaySample) -> UInt64 {
    sample.time ?? UInt64(sample.line)
  }

  /// Nanoseconds as seconds with six digits behind the point.
  package static func seconds(_ time: UInt64) -> String {
    let fraction = String(time % 1_000_000_000 / 1000)
    let zeroes = String(repeating: "0", count: 6 - fraction.count)
    return "\(time / 1_000_000_000).\(zeroes)\(fraction)"
  }
}
