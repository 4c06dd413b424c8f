package main

import (
	"strconv"
	"strings"
)

// coding is a content coding (RFC 9110, section 8.4.1).
type coding string

const (
	codingIdentity coding = "identity"
	codingBrotli   coding = "br"
	codingGzip     coding = "gzip"
)

// chooseCoding is the coding that the values of Accept-Encoding give the
// greatest weight, of equal ones the smallest (RFC 9110, section 12.5.3).
// Where nothing is acceptable, identity is.
func chooseCoding(accepted []string) coding {
	weights := map[string]float64{}
	for item := range strings.SplitSeq(strings.Join(accepted, ","), ",") {
		name, parameters, _ := strings.Cut(item, ";")
		weights[strings.ToLower(strings.TrimSpace(name))] = weightOf(parameters)
	}
	others := weights["*"]
	best, most := codingIdentity, 0.0
	for _, candidate := range []coding{codingBrotli, codingGzip} {
		weight, named := weights[string(candidate)]
		if !named {
			weight = others
		}
		if weight > most {
			best, most = candidate, weight
		}
	}
	if plain, named := weights[string(codingIdentity)]; named && plain > most {
		return codingIdentity
	}
	return best
}

// weightOf is the q of an item's parameters: 1 without one, 0 where it is none.
func weightOf(parameters string) float64 {
	name, value, ok := strings.Cut(strings.TrimSpace(parameters), "=")
	if !ok || !strings.EqualFold(strings.TrimSpace(name), "q") {
		return 1
	}
	weight, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
	if err != nil || !(weight >= 0 && weight <= 1) {
		return 0
	}
	return weight
}
