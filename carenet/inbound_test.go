package carenet_test

import (
	"testing"

	"howareyou/carenet"
)

func TestFromPhone(t *testing.T) {
	for from, want := range map[string]bool{
		"+447700900001": true, "+12345678": true, "+123456789012345": true,
		"": false, "60123": false, "MyBank": false, "whatsapp:+447700900001": false, "+0447700900001": false,
		"+1234567890123456": false, "+44770090000x": false, "447700900001": false, "+447700900001\n": false, "+123": false,
	} {
		if got := (carenet.InboundText{From: from}).FromPhone(); got != want {
			t.Errorf("%q: %t", from, got)
		}
	}
}
