// One row of one step of a recurrent network, forward and backward. H is the extent of a gate.
//
//   RNN   h' = tanh(a) or relu(a)                        a = x W_ih^T + b_ih + h W_hh^T + b_hh
//   LSTM  i, f, o = sigmoid(a_i, a_f, a_o), g = tanh(a_g), c' = f c + i g, h' = o tanh(c')
//   GRU   r, z = sigmoid(a_r, a_z), n = tanh(x_n + r h_n), h' = (1 - z) n + z h
//
// Each reads the input's and the state's parts of a, x and u, and keeps what the gradient needs.
#pragma once

#include <cstdint>

namespace moduled::nn::recurrent {

template <class T>
void TanhForward(int64_t hidden, const T* x, const T* u, T* h);
template <class T>
void ReluForward(int64_t hidden, const T* x, const T* u, T* h);
// Gates [i, f, g, o] of both parts; keeps them. c is updated in place; `cell` keeps it too.
template <class T>
void LstmForward(int64_t hidden, const T* x, const T* u, T* c, T* kept, T* cell, T* h);
// Gates [r, z, n]; keeps [r, z, n, u_n]. h is updated in place.
template <class T>
void GruForward(int64_t hidden, const T* x, const T* u, T* kept, T* h);

// The gradients of the gates from those of h', and from h'.
template <class T>
void TanhBackward(int64_t hidden, const T* grad_h, const T* h, T* grad_gates);
template <class T>
void ReluBackward(int64_t hidden, const T* grad_h, const T* h, T* grad_gates);
// grad_c: the gradient of c' becomes that of c.
template <class T>
void LstmBackward(int64_t hidden, const T* grad_h, const T* kept, const T* cell, const T* c_before, T* grad_c,
                  T* grad_gates);
// grad_h: the gradient of h' becomes the part of h's that does not pass through the gates.
template <class T>
void GruBackward(int64_t hidden, const T* kept, const T* h_before, T* grad_h, T* grad_x, T* grad_u);

// h = o tanh(c'), which a projection has replaced.
template <class T>
void LstmHidden(int64_t hidden, const T* kept, const T* cell, T* h);

}  // namespace moduled::nn::recurrent
