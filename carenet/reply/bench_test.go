package reply_test

import (
	"strings"
	"testing"

	"howareyou/carenet/reply"
)

func BenchmarkRead(b *testing.B) {
	for name, text := range map[string]string{
		"short":     "2 rough night",
		"sentence":  "Slept 2 hours, the hip is sore and my daughter came at 4pm, I feel about a 3 today",
		"longest":   strings.Repeat("please 1 stop ", 115), // 1,600 characters, the most that Twilio takes
		"unbounded": strings.Repeat("please 1 stop ", 2000),
	} {
		b.Run(name, func(b *testing.B) {
			for b.Loop() {
				reply.Read(text, reply.Context{Lang: "es", OpenPrompt: true})
			}
		})
	}
}
