# -*- coding: utf-8 -*-
if a:
    b = """c
    d"""  # e
x = [
  1]
class A:
	def f(self):
	    return \
 1
