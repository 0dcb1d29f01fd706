package pysyntax

import (
	"os"
	"path/filepath"
	"testing"
)

// BenchmarkParse parses the test files over and over; with PYSYNTAX_FILES set,
// all .py files of that folder.
func BenchmarkParse(b *testing.B) {
	benchmark(b, func(m *Module) {})
}

// BenchmarkUndefined parses and looks for undefined names.
func BenchmarkUndefined(b *testing.B) {
	benchmark(b, func(m *Module) { Resolver{}.Undefined(m) })
}

func benchmark(b *testing.B, then func(*Module)) {
	files, err := filepath.Glob("testdata/tree/*.py")
	if root := os.Getenv("PYSYNTAX_FILES"); root != "" {
		files, err = pythonFiles(root)
	}
	if err != nil {
		b.Fatal(err)
	}
	var sources [][]byte
	size := 0
	for _, file := range files {
		src, err := os.ReadFile(file)
		if err != nil {
			b.Fatal(err)
		}
		sources = append(sources, src)
		size += len(src)
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	for b.Loop() {
		for i, src := range sources {
			m, _ := Parse(files[i], src)
			then(m)
		}
	}
	b.ReportMetric(float64(len(files)*b.N)/b.Elapsed().Seconds(), "files/s")
}
