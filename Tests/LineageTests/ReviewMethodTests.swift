import Lineage
import Testing

@Suite struct ReviewMethodTests {
  @Test("Ochiai is 1 for what all flagged outputs and no others passed through", arguments: [1, 7, 10_000])
  func perfect(flagged: Int) {
    #expect(ReviewMethod.ochiai.score(flagged: flagged, unflagged: 0, of: flagged, 50) == 1)
    #expect(ReviewMethod.tarantula.score(flagged: flagged, unflagged: 0, of: flagged, 50) == 1)
  }

  @Test("What no flagged output passed through has no score", arguments: ReviewMethod.allCases)
  func nothing(method: ReviewMethod) {
    #expect(method.score(flagged: 0, unflagged: 5, of: 3, 50) == 0)
    #expect(method.score(flagged: 0, unflagged: 0, of: 0, 0) == 0)
  }

  @Test("Without unflagged outputs all scores stay finite", arguments: ReviewMethod.allCases)
  func alone(method: ReviewMethod) {
    #expect(method.score(flagged: 3, unflagged: 0, of: 3, 0).isFinite)
  }

  @Test("More unflagged outputs speak against it, except by mltrace's count", arguments: ReviewMethod.allCases)
  func against(method: ReviewMethod) {
    let few = method.score(flagged: 3, unflagged: 1, of: 4, 20)
    let many = method.score(flagged: 3, unflagged: 15, of: 4, 20)
    #expect(method == .count ? few == many : few > many)
  }

  @Test("The formulas are those of the literature")
  func formulas() {
    #expect(abs(ReviewMethod.ochiai.score(flagged: 3, unflagged: 1, of: 4, 20) - 0.75) < 1e-12)
    #expect(abs(ReviewMethod.tarantula.score(flagged: 2, unflagged: 5, of: 4, 20) - 2.0 / 3) < 1e-12)
    #expect(ReviewMethod.dstar.score(flagged: 3, unflagged: 1, of: 4, 20) == 4.5)
  }
}
