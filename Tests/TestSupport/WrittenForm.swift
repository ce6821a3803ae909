import Foundation
import SwiftletDSP
import Testing

extension Laws {
  func writtenFormIsRead(_ format: StreamFormat) throws {
    let graph = GraphDocument(make(format.sampleRate))
    let decoder = JSONDecoder()
    decoder.userInfo[AnyEffect.types] = [E.name: E.self] as [String: any Effect.Type]
    let text = try JSONEncoder().encode(graph)
    #expect(
      try decoder.decode(GraphDocument.self, from: text) == graph, "\(E.name) written and read", sourceLocation: place)
    #expect(
      !String(decoding: text, as: UTF8.self).contains("_0"), "\(E.name) is written by hand", sourceLocation: place)
  }
}
